import { LogCorruptError, type CarEvent } from "@car/ir";
import { type ScannedLine, scanLines } from "../scan-lines.js";
import type { LogFolder } from "./log-folder.js";
import { resolvePayload } from "./payload-files.js";
import { type BoundedSegment, namedDamage, type Segment } from "./segment.js";
import { seekLine } from "./seek-line.js";
import { parseLine } from "../parse-line.js";

/** Which events of a segment are read. */
export interface SegmentRange {
  readonly from: number;
  readonly to: number;
}

/** A segment that may still grow: without `end` it is read to its last whole line. */
export type OpenSegment = Segment & Partial<Pick<BoundedSegment, "end" | "head">>;

/**
 * The events of a segment up to its `end`, or up to its last whole line. Large payloads come from their files; where
 * one was erased the event has its digest instead.
 * @throws `LogCorruptError` naming segment, line and sequence of the first line that is damaged or out of order.
 */
export function* segmentEvents(folder: LogFolder, segment: OpenSegment, range: SegmentRange): Generator<CarEvent> {
  for (const { event } of segmentLines(folder, segment, range)) yield resolvePayload(folder, segment, event);
}

/** As `segmentEvents`, with the events as they stand in the file, and the offsets of their lines. */
export function* segmentLines(
  folder: LogFolder,
  segment: OpenSegment,
  { from, to }: SegmentRange,
): Generator<{ readonly event: CarEvent; readonly end: number }> {
  const { fs, path } = folder;
  const { head } = segment;
  const fd = fs.openSync(`${path}/${segment.name}`, "r");
  let next = segment.firstSeq;
  try {
    const end = segment.end ?? fs.fstatSync(fd).size;
    const found = seekLine(folder, fd, { segment, end, seq: from });
    next = found.seq;
    const firstNumber = found.seq - segment.firstSeq + 2;
    for (const line of scanLines(fs, fd, { start: found.start, firstNumber, end })) {
      if (next > to) return;
      // What is not asked for is not looked at: a trusted part is not checked, either.
      if (next >= from) yield { event: eventAt(line, next), end: line.end };
      next++;
    }
    if (head !== undefined && next <= head.seq && next <= to) {
      throw new LogCorruptError(`it ends before event ${head.seq}`, { place: { seq: next } });
    }
  } catch (error) {
    throw namedDamage(segment.name, withSeq(error, next));
  } finally {
    fs.closeSync(fd);
  }
}

function eventAt({ text, number: line }: ScannedLine, expected: number): CarEvent {
  const event = parseLine(text, line);
  if (event.seq === expected) return event;
  throw new LogCorruptError(`line ${line}: event ${event.seq} stands where ${expected} belongs`, { place: { line } });
}

function withSeq(error: unknown, seq: number): unknown {
  if (!(error instanceof LogCorruptError) || error.place.seq !== undefined) return error;
  return new LogCorruptError(`${error.message} (event ${seq})`, { cause: error, place: { ...error.place, seq } });
}
