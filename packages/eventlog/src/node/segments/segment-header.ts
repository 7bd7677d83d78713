import { checkedLine, uncheckedLine } from "@car/files";
import { LogCorruptError } from "@car/ir";
import type { SegmentId } from "./segment-name.js";

/** The first line of a segment: where its events belong, and how much of the segment before it counts. */
export interface SegmentHeader extends SegmentId {
  /** `hash` of the event before its first. */
  readonly prevHash: string;
  /**
   * The segment before, and how many of its bytes count: what a writer that was taken for dead adds later lies behind
   * them. Absent in a log's first segment.
   */
  readonly after: (SegmentId & { readonly bytes: number }) | undefined;
  /** True when payloads were erased: then the file's own end counts, no longer what the next header says. */
  readonly isRewritten: boolean;
}

const HEADER =
  /^\{"format_version":1,"first_seq":(\d+),"epoch":(\d+),"prev_hash":"([0-9a-f]{64})"(?:,"after":\{"first_seq":(\d+),"epoch":(\d+),"bytes":(\d+)\})?(,"rewritten":true)?\}$/;

/** The line of a header, without its line feed. */
export function headerLine({ firstSeq, epoch, prevHash, after, isRewritten }: SegmentHeader): string {
  const before =
    after === undefined ? "" : `,"after":{"first_seq":${after.firstSeq},"epoch":${after.epoch},"bytes":${after.bytes}}`;
  const rewritten = isRewritten ? ',"rewritten":true' : "";
  return checkedLine(
    `{"format_version":1,"first_seq":${firstSeq},"epoch":${epoch},"prev_hash":"${prevHash}"${before}${rewritten}}`,
  );
}

/** True for the first line of a segment that is read as a plain file. */
export function isHeaderLine(line: string): boolean {
  return line.startsWith('{"format_version":1,"first_seq":');
}

/**
 * The header on a line.
 * @throws `LogCorruptError` when it is none.
 */
export function parseHeaderLine(line: string): SegmentHeader {
  const match = HEADER.exec(uncheckedLine(line) ?? "");
  const [, firstSeq, epoch, prevHash = "", afterSeq, afterEpoch, bytes, rewritten] = match ?? [];
  const after =
    afterSeq === undefined
      ? undefined
      : { firstSeq: Number(afterSeq), epoch: Number(afterEpoch), bytes: Number(bytes) };
  const header = {
    firstSeq: Number(firstSeq),
    epoch: Number(epoch),
    prevHash,
    after,
    isRewritten: rewritten !== undefined,
  };
  if (headerLine(header) === line) return header;
  throw new LogCorruptError("line 1: not the header of a segment", { place: { line: 1 } });
}
