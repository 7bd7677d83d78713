import { crc32 } from "node:zlib";

const MARK = ',"crc":"';
const QUOTE = 34;
const BRACE = 125;
const HEX = "0123456789abcdef";
/** Bytes from the mark to the end of a line: the mark, 8 hex characters, a quote, the closing brace. */
export const CHECKSUM_BYTES = MARK.length + 10;

/**
 * The JSON text of an object with members, `{"...}`, in one line, with its CRC-32 as a further, last member. It is JSON
 * again, and a reader who knows nothing of what it means finds damage without parsing. Without a line feed.
 */
export function checkedLine(json: string): string {
  const body = json.slice(0, -1);
  return `${body}${MARK}${checksum(body)}"}`;
}

/** The text that `checkedLine` was given, or `undefined` when the line, without its line feed, is not as it was made. */
export function uncheckedLine(line: string): string | undefined {
  const at = line.length - CHECKSUM_BYTES;
  if (at < 2 || !line.startsWith('{"')) return undefined;
  const body = line.slice(0, at);
  return line.slice(at) === `${MARK}${checksum(body)}"}` ? `${body}}` : undefined;
}

/** True when a line, without its line feed, ends in the form of a checksum, right or wrong. */
export function hasChecksum(line: string): boolean {
  return line.startsWith(MARK, line.length - CHECKSUM_BYTES);
}

/** True when the bytes of a line, without its line feed, end with their checksum. */
export function isCheckedLine(line: Uint8Array): boolean {
  const at = line.length - CHECKSUM_BYTES;
  if (at < 2) return false;
  for (let byte = 0; byte < MARK.length; byte++) if (line[at + byte] !== MARK.charCodeAt(byte)) return false;
  const hexAt = at + MARK.length;
  if (line[hexAt + 8] !== QUOTE || line[hexAt + 9] !== BRACE) return false;
  let checksum = crc32(line.subarray(0, at));
  for (let digit = hexAt + 7; digit >= hexAt; digit--, checksum >>>= 4) {
    if (line[digit] !== HEX.charCodeAt(checksum & 15)) return false;
  }
  return true;
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, "0");
}
