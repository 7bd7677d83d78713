import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, printableJson } from "./printable.js";

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
  ])("[IR-99] %j is written out", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("[IR-99] nothing of it is left that a terminal acts on", () => {
    fc.assert(
      fc.property(anyOdd, (text) => {
        expect(printable(text)).not.toMatch(UNSEEN);
      }),
    );
  });

  it("[IR-99] JSON says the same, and shows it", () => {
    const law = fc.property(fc.jsonValue(), anyOdd, (value, text) => {
      const json = JSON.stringify({ value, [text]: text }, null, 2);
      expect(printableJson(json)).not.toMatch(/[\u007f-\u009f\u202a-\u202e]/u);
      expect(JSON.parse(printableJson(json))).toEqual(JSON.parse(json));
    });
    fc.assert(law);
  });
});
