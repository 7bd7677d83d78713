import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkedLine, hasChecksum, isCheckedLine, uncheckedLine } from "./checked-line.js";

const anyObject = fc
  .dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ stringUnit: "grapheme" }), { minKeys: 1 })
  .map((value) => JSON.stringify(value));

describe("a checked line", () => {
  it("[FI-1] gives its text back, and is the same JSON with one more member", () => {
    fc.assert(
      fc.property(anyObject, (json) => {
        const line = checkedLine(json);
        expect(uncheckedLine(line)).toBe(json);
        expect(hasChecksum(line)).toBe(true);
        expect(isCheckedLine(Buffer.from(line))).toBe(true);
        expect(Object.keys(JSON.parse(line) as object).pop()).toBe("crc");
      }),
    );
    expect(checkedLine('{"a":1}')).toBe('{"a":1,"crc":"a702fc6e"}');
  });

  it("[FI-2] is refused with any bit flipped, and with any part of it cut off", () => {
    const whole = Buffer.from(checkedLine('{"key":"grün","n":[1,2]}'));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(isCheckedLine(bytes)).toBe(false);
      expect(uncheckedLine(bytes.toString())).toBeUndefined();
    }
    for (let length = 0; length < whole.length; length++) {
      expect(isCheckedLine(whole.subarray(0, length))).toBe(false);
      expect(uncheckedLine(whole.toString("utf8", 0, length))).toBeUndefined();
      expect(uncheckedLine(whole.toString("utf8", whole.length - length))).toBeUndefined();
    }
  });

  it.each(["", "{}", "[]", "null", '{"a":1}', `${checkedLine('{"a":1}')} `, ` ${checkedLine('{"a":1}')}`])(
    "[FI-2] %j is none",
    (line) => {
      expect(uncheckedLine(line)).toBeUndefined();
      expect(isCheckedLine(Buffer.from(line))).toBe(false);
    },
  );
});
