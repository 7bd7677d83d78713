import { describe, expect, it } from "vitest";
import { countingIds } from "./counting-ids.js";

describe("countingIds", () => {
  it("[CF-9] counts from 1 in the width that is asked for", () => {
    const ids = countingIds();
    expect([ids.hex(6), ids.hex(6), ids.hex(2)]).toEqual(["000000000001", "000000000002", "0003"]);
  });

  it("[CF-9] gives the same ids for the same seed, and writes them in lower case", () => {
    const [left, right] = [countingIds(0xabcd), countingIds(0xabcd)];
    expect([left.hex(4), left.hex(4)]).toEqual(["0000abce", "0000abcf"]);
    expect(right.hex(4)).toBe("0000abce");
  });

  it("[CF-9] fails rather than gives an id twice", () => {
    const ids = countingIds(254);
    expect(ids.hex(1)).toBe("ff");
    expect(() => ids.hex(1)).toThrow(RangeError);
  });
});
