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

/** Marks that programs put before a text to say how it is written. */
const MARKS: readonly { readonly mark: readonly number[]; readonly label: string; readonly name: string }[] = [
  { mark: [0xef, 0xbb, 0xbf], label: "utf-8", name: "UTF-8" },
  { mark: [0xff, 0xfe], label: "utf-16le", name: "UTF-16" },
  { mark: [0xfe, 0xff], label: "utf-16be", name: "UTF-16" },
];

/** The text of some bytes, or why there is none. */
export type ReadableText = { readonly text: string } | { readonly problem: string };

/** The text that an editor has saved: UTF-8, or UTF-16 with a byte order mark, which is left out. Nothing becomes U+FFFD in silence. */
export function readableText(bytes: Uint8Array): ReadableText {
  const known = MARKS.find(({ mark }) => mark.every((byte, at) => bytes[at] === byte));
  const rest = bytes.subarray(known?.mark.length ?? 0);
  if (known === undefined || known.label === "utf-8") {
    const decoded = decodeText(rest);
    return "text" in decoded ? decoded : { problem: `line ${decoded.badLine}: not UTF-8` };
  }
  try {
    return { text: new TextDecoder(known.label, { fatal: true, ignoreBOM: true }).decode(rest) };
  } catch {
    return { problem: `its first bytes say that it is ${known.name}, but it is not` };
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
