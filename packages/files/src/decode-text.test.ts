import { describe, expect, it } from "vitest";
import { decodeText, readableText } from "./decode-text.js";

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

describe("readableText", () => {
  const marked = (mark: readonly number[], bytes: Buffer): Buffer => Buffer.concat([Buffer.from(mark), bytes]);

  it("[FI-16] reads what editors save", () => {
    const text = "a\r\nü 👍";
    const little = Buffer.from(text, "utf16le");
    for (const bytes of [
      Buffer.from(text),
      marked([0xef, 0xbb, 0xbf], Buffer.from(text)),
      marked([0xff, 0xfe], little),
      marked([0xfe, 0xff], Buffer.from(little).swap16()),
    ]) {
      expect(readableText(bytes)).toEqual({ text });
    }
    expect(readableText(Buffer.alloc(0))).toEqual({ text: "" });
  });

  it("[FI-16] names what it cannot read", () => {
    expect(readableText(Buffer.from([0x61, 0x0a, 0xff]))).toEqual({ problem: "line 2: not UTF-8" });
    expect(readableText(Buffer.from([0xff, 0xfe, 0x00, 0xd8]))).toEqual({
      problem: expect.stringContaining("UTF-16") as string,
    });
    expect(readableText(Buffer.from([0xff, 0xfe, 0x00]))).toEqual({
      problem: expect.stringContaining("UTF-16") as string,
    });
  });
});
