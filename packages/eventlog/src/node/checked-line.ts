import { crc32 } from "node:zlib";
import { LogCorruptError, type CarEvent } from "@car/ir";
import { parseEventLine } from "../wire/parse-event-line.js";

const MARK = ',"crc":"';
const QUOTE = 34;
const BRACE = 125;
const HEX = "0123456789abcdef";
/** Bytes from the mark to the end of a line: the mark, 8 hex characters, a quote, the closing brace. */
export const CHECKSUM_BYTES = MARK.length + 10;

/**
 * A line, `{...}`, with a checksum as its last field. It lies outside of the event's hash, and lets a reader who knows
 * nothing of events find damage without parsing.
 */
export function checkedLine(line: string): string {
  const body = line.slice(0, -1);
  return `${body}${MARK}${checksum(body)}"}`;
}

/**
 * The line without its checksum, if it has one.
 * @throws `LogCorruptError` when the checksum is another.
 */
export function uncheckedLine(line: string, number: number): string {
  const at = line.length - CHECKSUM_BYTES;
  if (at < 0 || !line.startsWith(MARK, at)) return line;
  const body = line.slice(0, at);
  if (line.slice(at) !== `${MARK}${checksum(body)}"}`) {
    throw new LogCorruptError(`line ${number}: checksum_mismatch`, { place: { line: number } });
  }
  return `${body}}`;
}

/** True when the bytes of a line, without its line feed, end with their checksum. */
export function isChecked(line: Buffer): boolean {
  const at = line.length - CHECKSUM_BYTES;
  if (at <= 0) return false;
  for (let byte = 0; byte < MARK.length; byte++) if (line[at + byte] !== MARK.charCodeAt(byte)) return false;
  const hexAt = at + MARK.length;
  if (line[hexAt + 8] !== QUOTE || line[hexAt + 9] !== BRACE) return false;
  let checksum = crc32(line.subarray(0, at));
  for (let digit = hexAt + 7; digit >= hexAt; digit--, checksum >>>= 4) {
    if (line[digit] !== HEX.charCodeAt(checksum & 15)) return false;
  }
  return true;
}

/** The event on a line, with or without a checksum. Throws as `parseEventLine` does. */
export function parseLine(line: string, number: number): CarEvent {
  return parseEventLine(uncheckedLine(line, number), number);
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, "0");
}
