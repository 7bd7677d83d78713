import { GENESIS_HASH } from "../../chain/event-hash.js";
import { readDropped } from "./dropped-segment.js";
import type { LogFolder } from "./log-folder.js";
import { type BoundedSegment, damage, readSegment, type Segment, withSegment } from "./segment.js";
import { parseSegmentName, sealName, segmentName, type SegmentId } from "./segment-name.js";
import { CHECKSUM_BYTES } from "@car/files";
import type { LogHead } from "@car/ir/ports";

/** The segments of a log that belong together. */
export interface SegmentChain {
  /** Those that another follows, oldest first. */
  readonly closed: readonly BoundedSegment[];
  /** The last one, whose end is known only when it has been read; absent in an empty log. */
  readonly newest: Segment | undefined;
  /** The last event that was dropped with its segment. */
  readonly dropped: LogHead | undefined;
}

/** `"hash":"<64>"` before the checksum. */
const TAIL_BYTES = 64 + 1 + CHECKSUM_BYTES + 1;
const TAIL = /^([0-9a-f]{64})","crc":"[0-9a-f]{8}"\}\n$/;

/**
 * Finds the segments from the newest backwards, each by what the header after it says. Segments that nothing leads to
 * are those of a writer that was taken for dead: nothing in them was ever confirmed, and nobody reads them.
 *
 * Reads one header and one hash of each segment.
 * @throws `LogCorruptError` when a segment is missing, swapped, cut short or has a damaged header.
 */
export function readChain(folder: LogFolder): SegmentChain {
  const names = new Set(folder.fs.readdirSync(folder.path));
  const newest = newestSegment(folder, names);
  const closed: BoundedSegment[] = [];
  if (newest !== undefined && names.has(sealName(newest))) {
    throw damage("the segment after it is missing", { segment: newest.name });
  }
  for (let next = newest; next !== undefined;) {
    const { after } = next;
    if (after === undefined) return finished({ closed, newest, dropped: undefined });
    if (!names.has(segmentName(after))) return finished({ closed, newest, dropped: readDropped(folder, after) });
    const segment = segmentBefore(folder, next, after);
    closed.unshift(segment);
    next = segment;
  }
  return { closed, newest, dropped: undefined };
}

function newestSegment(folder: LogFolder, names: Iterable<string>): Segment | undefined {
  const ids = [...names].flatMap((name) => parseSegmentName(name) ?? []);
  ids.sort((left, right) => right.epoch - left.epoch || right.firstSeq - left.firstSeq);
  for (const id of ids) {
    const segment = readSegment(folder, id);
    if (segment !== undefined) return segment;
  }
  return undefined;
}

/** The segment that `next` says comes before it. */
function segmentBefore(
  folder: LogFolder,
  next: Segment,
  after: SegmentId & { readonly bytes: number },
): BoundedSegment {
  const segment = readSegment(folder, after);
  const name = segmentName(after);
  if (segment === undefined || segment.firstSeq >= next.firstSeq)
    throw damage("its header is cut short", { segment: name });
  const head = { seq: next.firstSeq - 1, hash: next.prevHash };
  return withSegment(folder, name, (fd) => {
    const { size } = folder.fs.fstatSync(fd);
    const end = segment.isRewritten ? size : after.bytes;
    if (end > size) throw damage(`cut short: ${size} of ${end} bytes`, { segment: name });
    const tail = Buffer.alloc(TAIL_BYTES);
    folder.fs.readSync(fd, tail, 0, TAIL_BYTES, end - TAIL_BYTES);
    const match = TAIL.exec(tail.toString("latin1"));
    if (match?.[1] !== head.hash) {
      throw damage(`it does not end with event ${head.seq} as the next segment says`, { segment: name, seq: head.seq });
    }
    return { ...segment, end, head };
  });
}

/** The chain when its oldest segment goes on from where it says. */
function finished(chain: SegmentChain): SegmentChain {
  const oldest = chain.closed[0] ?? chain.newest;
  const { seq, hash } = chain.dropped ?? { seq: 0, hash: GENESIS_HASH };
  if (oldest === undefined || (oldest.firstSeq === seq + 1 && oldest.prevHash === hash)) return chain;
  throw damage(`the events before ${oldest.firstSeq} are missing`, { segment: oldest.name, seq: seq + 1 });
}
