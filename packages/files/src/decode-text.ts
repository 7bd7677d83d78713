const LINE_FEED = 10;

/** The text of some bytes, or the first line, counted from 1, that is no UTF-8. */
export type DecodedText = { readonly text: string } | { readonly badLine: number };

/** Decodes UTF-8 without putting U+FFFD in the place of what is none. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { badLine: firstBadLine(bytes, decoder) };
  }
}

/** A line feed is never part of another character, so lines can be looked at one by one. */
function firstBadLine(bytes: Uint8Array, decoder: TextDecoder): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(LINE_FEED, start);
    try {
      decoder.decode(bytes.subarray(start, end < 0 ? bytes.length : end));
    } catch {
      return line;
    }
    if (end < 0) break;
    start = end + 1;
  }
  return line;
}
