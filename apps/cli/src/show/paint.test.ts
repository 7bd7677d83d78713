import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { paint, printable, printableJson } from "./paint.js";

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;
const anyOdd = fc.string({
  unit: fc.constantFrom(
    "a",
    "\u001b[8m",
    "\u001b]0;x\u0007",
    "\u009b",
    "\n",
    "\u202e",
    "\u2028",
    "\u{e0041}",
    "\ud800",
    "<",
    ">",
    "é",
    "👍🏽",
  ),
});

describe("text of others on a terminal", () => {
  it.each([
    ["\u001b[2J", "\\u001b[2J"],
    ["a\nFORGED", "a\\nFORGED"],
    ["\u009b31m \u202e", "\\u009b31m \\u202e"],
    ["\u{e0041}", "\\udb40\\udc41"],
    ["\ud800", "\\ud800"],
    ["é 👩‍👩‍👧 ü", "é 👩‍👩‍👧 ü"],
  ])("[CLI-17] %j is written out", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("[CLI-17] has no controls of its own, in whatever colour it is shown", () => {
    const law = fc.property(anyOdd, anyOdd, (one, other) => {
      const shown = printable(`${paint.red(paint.bold(one))} ${paint.dim(other)} ${one}`);
      expect(stripVTControlCharacters(shown)).not.toMatch(UNSEEN);
      expect(stripVTControlCharacters(shown)).toBe(`${printable(one)} ${printable(other)} ${printable(one)}`);
    });
    fc.assert(law);
  });

  it("[CLI-17] [CLI-2] JSON says the same, and shows it", () => {
    const law = fc.property(fc.jsonValue(), anyOdd, (value, text) => {
      const json = JSON.stringify({ value, [text]: text }, null, 2);
      expect(printableJson(json)).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/u);
      expect(JSON.parse(printableJson(json))).toEqual(JSON.parse(json));
    });
    fc.assert(law);
  });
});
