import { CarError, eventFromLog, LogCorruptError, type CarEvent } from "@car/ir";
import { sealedEventLine } from "./event-line.js";

/** What each field of an event on a line must be. `data` is checked apart. */
const FIELDS: readonly (readonly [name: string, isRequired: boolean, isRight: (value: unknown) => boolean])[] = [
  ["format_version", true, (value) => value === 1],
  ["seq", true, isCount],
  ["kind", true, matching(/^[a-z_]+$/)],
  ["timestamp", true, matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)],
  ["run_id", false, matching(/^/)],
  ["proposal_id", false, matching(/^/)],
  ["action_id", false, matching(/^/)],
  ["attempt", false, isCount],
  ["trace_id", true, matching(/^[0-9a-f]{32}$/)],
  ["span_id", true, matching(/^[0-9a-f]{16}$/)],
  ["data_digest", false, matching(/^[0-9a-f]{64}$/)],
  ["prev_hash", true, matching(/^[0-9a-f]{64}$/)],
  ["hash", true, matching(/^[0-9a-f]{64}$/)],
];

/**
 * The event on a line. A line that holds the right facts in another spelling (a space, another order, a repeated
 * member) is damage too: nobody but this package's writer writes lines.
 * @throws `LogCorruptError` naming the line, counted from 1.
 */
export function parseEventLine(line: string, lineNumber: number): CarEvent {
  const fields = jsonOf(line, lineNumber);
  if (!isObject(fields)) throw damage(lineNumber, "not a JSON object");
  for (const [name, isRequired, isRight] of FIELDS) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined ? isRequired : !isRight(value)) throw damage(lineNumber, `\`${name}\` is missing or wrong`);
  }
  if (!isObject(fields["data"])) throw damage(lineNumber, "`data` is missing or not an object");
  const event = eventFromLog(fields);
  if (lineOf(event, lineNumber) !== line) throw damage(lineNumber, "not as it was written");
  return event;
}

function jsonOf(line: string, lineNumber: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw damage(lineNumber, "not JSON", error);
  }
}

function lineOf(event: CarEvent, lineNumber: number): string {
  try {
    return sealedEventLine(event);
  } catch (error) {
    if (!CarError.isInstance(error)) throw error;
    throw damage(lineNumber, error.message, error);
  }
}

function damage(lineNumber: number, message: string, cause?: unknown): LogCorruptError {
  return new LogCorruptError(`line ${lineNumber}: ${message}`, cause === undefined ? undefined : { cause });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function matching(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === "string" && pattern.test(value);
}
