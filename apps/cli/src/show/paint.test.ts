import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { printable } from "@car/ir/internal";
import { painted, paint } from "./paint.js";

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

describe("colours", () => {
  it("[CLI-17] has no controls of its own, in whatever colour it is shown", () => {
    const law = fc.property(anyOdd, anyOdd, (one, other) => {
      const shown = painted(`${paint.red(paint.bold(one))} ${paint.dim(other)} ${one}`, true);
      expect(stripVTControlCharacters(shown)).not.toMatch(UNSEEN);
      expect(stripVTControlCharacters(shown)).toBe(`${printable(one)} ${printable(other)} ${printable(one)}`);
    });
    fc.assert(law);
  });
});
