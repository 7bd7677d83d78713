import { describe, expect, it } from "vitest";
import { decodeText } from "./decode-text.js";

describe("decodeText", () => {
  it.each(["", "a\nü\n", "\ufffd is a character like others", "\ufeffmark", "😀"])(
    "[FI-15] gives the text of UTF-8: %j",
    (text) => {
      expect(decodeText(Buffer.from(text))).toEqual({ text });
    },
  );

  it.each([
    [[0xff], 1],
    [[0x61, 0x0a, 0x62, 0x0a, 0xc3], 3],
    [[0x61, 0x0a, 0xed, 0xa0, 0x80, 0x0a, 0x62], 2],
    [[0xc3, 0x0a, 0x61], 1],
  ])("[FI-15] names the first line that is none: %j", (bytes, badLine) => {
    expect(decodeText(Buffer.from(bytes))).toEqual({ badLine });
  });
});
