import { LogCorruptError } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import { GENESIS_HASH } from "../../chain/event-hash.js";
import { ChainWalk } from "../../chain/chain-walk.js";
import { nodeSha256 } from "../node-sha256.js";
import { checkLines } from "./check-lines.js";
import type { LogFolder } from "./log-folder.js";
import { type BoundedSegment, damage, type Segment } from "./segment.js";
import type { SegmentChain } from "./segment-chain.js";
import { segmentLines } from "./segment-events.js";

/** How much of a log is verified when it is opened. */
export interface VerifyOnOpen {
  /**
   * `last`: checksums and links of the newest segment, with `trust` of everything after it. `all`: hashes of everything,
   * with `trust` of everything after it. Default `last`.
   */
  readonly verify?: "last" | "all";
  /** A head that the caller vouches for, such as a snapshot's: what is before it is not looked at. */
  readonly trust?: LogHead;
}

/** A log whose parts are known. */
export interface CheckedLog {
  readonly segments: readonly BoundedSegment[];
  readonly head: LogHead;
  /** Bytes of a write that was cut off at the end of the newest segment. */
  readonly cutBytes: number;
}

/**
 * Finds the end of a log and verifies what `options` ask for.
 * @throws `LogCorruptError` when something is damaged, or the trusted head is not in the log.
 */
export function checkOpening(folder: LogFolder, chain: SegmentChain, options: VerifyOnOpen): CheckedLog {
  const origin = chain.dropped ?? { seq: 0, hash: GENESIS_HASH };
  const { newest } = chain;
  const trust = trusted(options, origin);
  if (newest === undefined) return empty(origin, trust);

  const { end, head, cutBytes } = checkLines(folder, newest, { ...startIn(folder, newest, trust), isNewest: true });
  const segments = [...chain.closed, { ...newest, end, head }];
  if (trust !== undefined && trust.seq > head.seq) throw truncated(trust, head);
  if (trust !== undefined) for (const segment of chain.closed) checkClosed(folder, segment, trust);
  if (options.verify === "all") walkAll(folder, segments, trust);
  return { segments, head, cutBytes };
}

function trusted({ trust }: VerifyOnOpen, { seq, hash }: LogHead): LogHead | undefined {
  // What was dropped cannot be looked at; the end of it can.
  if (trust === undefined || trust.seq < seq) return undefined;
  if (trust.seq === seq && trust.hash !== hash) throw differs(trust);
  return trust;
}

function empty(head: LogHead, trust: LogHead | undefined): CheckedLog {
  if (trust !== undefined && trust.seq > head.seq) throw truncated(trust, head);
  return { segments: [], head, cutBytes: 0 };
}

/** Checks the part of a segment that lies after the trusted head. */
function checkClosed(folder: LogFolder, segment: BoundedSegment, trust: LogHead): void {
  if (segment.head.seq < trust.seq) return;
  const { head } = checkLines(folder, segment, { ...startIn(folder, segment, trust), isNewest: false });
  if (head.seq !== segment.head.seq) throw damage(`it ends with event ${head.seq}`, { segment: segment.name });
}

/** Where checking starts in a segment: behind the trusted event, when it is in it. */
function startIn(
  folder: LogFolder,
  segment: Segment & { readonly end?: number },
  trust: LogHead | undefined,
): { readonly start: number; readonly head: LogHead } {
  const before = { start: segment.start, head: { seq: segment.firstSeq - 1, hash: segment.prevHash } };
  if (trust === undefined || trust.seq < segment.firstSeq - 1) return before;
  if (trust.seq === segment.firstSeq - 1) {
    if (trust.hash !== segment.prevHash) throw differs(trust);
    return before;
  }
  for (const { event, end } of segmentLines(folder, segment, { from: trust.seq, to: trust.seq })) {
    if (event.hash !== trust.hash) throw differs(trust);
    return { start: end, head: trust };
  }
  // Not in here: the caller finds out whether the log ends before it.
  return before;
}

function walkAll(folder: LogFolder, segments: readonly BoundedSegment[], trust: LogHead | undefined): void {
  const oldest = segments[0];
  if (oldest === undefined) return;
  const after = trust ?? { seq: oldest.firstSeq - 1, hash: oldest.prevHash };
  const walk = new ChainWalk({ after, sha256: nodeSha256 });
  for (const segment of segments) {
    if (segment.head.seq <= after.seq) continue;
    for (const { event } of segmentLines(folder, segment, { from: after.seq + 1, to: Number.POSITIVE_INFINITY })) {
      const problem = walk.take(event);
      if (problem === undefined) continue;
      const place = { segment: segment.name, line: event.seq - segment.firstSeq + 2, seq: event.seq };
      throw damage(`line ${place.line}: ${problem.code}: ${problem.message}`, place);
    }
  }
}

function truncated(trust: LogHead, head: LogHead): LogCorruptError {
  const message = `the log ends at event ${head.seq}, before the trusted head ${trust.seq}`;
  return new LogCorruptError(message, { place: { seq: head.seq + 1 } });
}

function differs({ seq }: LogHead): LogCorruptError {
  return new LogCorruptError(`event ${seq} is not the trusted head`, { place: { seq } });
}
