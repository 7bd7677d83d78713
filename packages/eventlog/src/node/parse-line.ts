import { hasChecksum, uncheckedLine } from "@car/files";
import { LogCorruptError, type CarEvent } from "@car/ir";
import { parseEventLine } from "../wire/parse-event-line.js";

/**
 * The event on a line, with or without a checksum. It lies outside of the event's hash.
 * @throws `LogCorruptError` as `parseEventLine` does, and when the checksum is another.
 */
export function parseLine(line: string, number: number): CarEvent {
  if (!hasChecksum(line)) return parseEventLine(line, number);
  const event = uncheckedLine(line);
  if (event !== undefined) return parseEventLine(event, number);
  throw new LogCorruptError(`line ${number}: checksum_mismatch`, { place: { line: number } });
}
