import { describe, expect, it } from "vitest";
import { clip, wrap } from "./wrap.js";

describe("wrap and clip", () => {
  it("breaks between words and leaves longer words whole", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrap("immeasurable one", 4)).toEqual(["immeasurable", "one"]);
    expect(wrap("", 4)).toEqual([""]);
  });

  it("cuts with a mark, within the width", () => {
    expect(clip("abcdef", 4)).toBe("abc…");
    expect(clip("abcd", 4)).toBe("abcd");
  });
});
