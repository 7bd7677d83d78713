/** What tells one segment from all others. */
export interface SegmentId {
  /** Sequence of its first event. */
  readonly firstSeq: number;
  /** Number of the claim under which it was written. */
  readonly epoch: number;
}

/** Digits of a sequence in a name: enough for any safe integer, so that names sort as numbers do. */
const SEQ_DIGITS = 16;
const EPOCH_DIGITS = 8;
const SEGMENT = /^(\d{16})-(\d{8,16})\.jsonl$/;

/** The name of a segment's files, without what tells them apart. */
export function stemOf({ firstSeq, epoch }: SegmentId): string {
  return `${String(firstSeq).padStart(SEQ_DIGITS, "0")}-${String(epoch).padStart(EPOCH_DIGITS, "0")}`;
}

/** The file with the events. */
export function segmentName(id: SegmentId): string {
  return `${stemOf(id)}.jsonl`;
}

/** An empty file that says: another segment follows this one. */
export function sealName(id: SegmentId): string {
  return `${stemOf(id)}.sealed`;
}

/** The file that stands for a segment that was dropped. */
export function droppedName(id: SegmentId): string {
  return `${stemOf(id)}.dropped`;
}

/** The segment a file belongs to, or `undefined` when it is no segment. */
export function parseSegmentName(name: string): SegmentId | undefined {
  const match = SEGMENT.exec(name);
  return match === null ? undefined : { firstSeq: Number(match[1]), epoch: Number(match[2]) };
}
