import { join } from "node:path";
import { LogCorruptError, type LogPlace } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import type { LogFolder } from "./log-folder.js";
import { parseHeaderLine, type SegmentHeader } from "./segment-header.js";
import { type SegmentId, segmentName } from "./segment-name.js";

/** A segment on the disk. */
export interface Segment extends SegmentHeader {
  readonly name: string;
  /** Offset of its first event. */
  readonly start: number;
}

/** A segment of which it is known where it ends. */
export interface BoundedSegment extends Segment {
  /** Bytes that count. */
  readonly end: number;
  /** Its last event; that of the segment before when it holds none. */
  readonly head: LogHead;
}

const MAX_HEADER_BYTES = 1_024;

/**
 * Reads a segment's header. Gives `undefined` when the file ends within it: its writer died before anything could be
 * confirmed in it.
 * @throws `LogCorruptError` when the header is damaged or belongs to another file.
 */
export function readSegment(folder: LogFolder, id: SegmentId): Segment | undefined {
  const name = segmentName(id);
  const line = withSegment(folder, name, (fd) => firstLine(folder, fd));
  if (line === undefined) return undefined;
  return inSegment(name, () => {
    const header = parseHeaderLine(line);
    if (segmentName(header) !== name)
      throw new LogCorruptError("line 1: this is another segment", { place: { line: 1 } });
    return { ...header, name, start: line.length + 1 };
  });
}

/** Runs `body` with the open file of a segment. */
export function withSegment<T>({ path, fs }: LogFolder, name: string, body: (fd: number) => T): T {
  const fd = fs.openSync(join(path, name), "r");
  try {
    return body(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Runs `body`; a `LogCorruptError` in it is given the segment's name. */
export function inSegment<T>(name: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw namedDamage(name, error);
  }
}

/** The error with the segment's name in front, when it is a `LogCorruptError`; any other is given back. */
export function namedDamage(name: string, error: unknown): unknown {
  if (!(error instanceof LogCorruptError) || error.place.segment !== undefined) return error;
  return damage(error.message, { ...error.place, segment: name }, error);
}

/** The error for damage at a place of a segment. */
export function damage(
  message: string,
  place: LogPlace & { readonly segment: string },
  cause?: unknown,
): LogCorruptError {
  const options = cause === undefined ? { place } : { place, cause };
  return new LogCorruptError(`segment ${place.segment}: ${message}`, options);
}

function firstLine({ fs }: LogFolder, fd: number): string | undefined {
  const bytes = Buffer.alloc(MAX_HEADER_BYTES);
  const read = fs.readSync(fd, bytes, 0, MAX_HEADER_BYTES, 0);
  const end = bytes.indexOf(10);
  // A file that goes on without a line feed is damaged, and parsing the line says so.
  if (end === -1) return read < MAX_HEADER_BYTES ? undefined : bytes.toString("latin1");
  return bytes.toString("latin1", 0, end);
}
