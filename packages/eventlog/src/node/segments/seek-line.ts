import type { LogFolder } from "./log-folder.js";
import type { Segment } from "./segment.js";

/** Where searching stops and reading on is as fast. */
const NEAR_BYTES = 64 * 1024;
const PROBE_BYTES = 4 * 1024;
const LINE_START = /\n\{"format_version":1,"seq":(\d+),/;

/** A line of a segment. */
export interface FoundLine {
  readonly start: number;
  /** Sequence of its event. */
  readonly seq: number;
}

/**
 * A line at or a little before the event `seq`, found by halving the file. Damage on the way is not noticed: it leads
 * to a line further ahead at the worst, and whoever reads from there meets it.
 */
export function seekLine({ fs }: LogFolder, fd: number, { segment, end, seq }: SeekRequest): FoundLine {
  const probe = Buffer.allocUnsafe(PROBE_BYTES);
  let best: FoundLine = { start: segment.start, seq: segment.firstSeq };
  let limit = end;
  while (limit - best.start > NEAR_BYTES && best.seq < seq) {
    const middle = best.start + Math.floor((limit - best.start) / 2);
    const read = fs.readSync(fd, probe, 0, PROBE_BYTES, middle);
    const match = LINE_START.exec(probe.toString("latin1", 0, read));
    const found = match === null ? undefined : { start: middle + match.index + 1, seq: Number(match[1]) };
    if (found === undefined || found.seq > seq || found.seq <= best.seq || found.start >= limit) limit = middle;
    else best = found;
  }
  return best;
}

/** What is looked for, and where. */
export interface SeekRequest {
  readonly segment: Segment;
  readonly end: number;
  readonly seq: number;
}
