import { CHECKSUM_BYTES, isCheckedLine } from "@car/files";
import { type LogCorruptError } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import { scanLineBytes } from "../scan-lines.js";
import type { LogFolder } from "./log-folder.js";
import { damage, inSegment, type Segment, withSegment } from "./segment.js";

/** From where a segment is checked. */
export interface CheckStart {
  /** Offset of a line. */
  readonly start: number;
  /** The event before that line. */
  readonly head: LogHead;
}

/** Where the whole lines of a segment end. */
export interface CheckedEnd {
  readonly end: number;
  readonly head: LogHead;
  /** Bytes after `end`: a write that was cut off. */
  readonly cutBytes: number;
}

const COMMA = 44;
const HASH_BYTES = 64;
const SEQ_AT = '{"format_version":1,"seq":'.length;
const HASH_FROM_END = CHECKSUM_BYTES + 1 + HASH_BYTES;
const PREV_HASH_FROM_END = HASH_FROM_END + '","hash":"'.length + HASH_BYTES;

/**
 * Checks the checksum, the sequence and the link of every line, without parsing any. With `isNewest` a last line that
 * is not whole, or garbage, counts as cut off; it can only be one that nobody had confirmed yet, or one that the disk
 * lost.
 * @throws `LogCorruptError` naming segment, line and sequence for any other damage.
 */
export function checkLines(
  folder: LogFolder,
  segment: Segment & { readonly end?: number },
  { start, head: before, isNewest }: CheckStart & { readonly isNewest: boolean },
): CheckedEnd {
  return withSegment(folder, segment.name, (fd) => {
    const { size } = folder.fs.fstatSync(fd);
    const range = { start, firstNumber: before.seq - segment.firstSeq + 3, end: segment.end ?? size };
    const link = new Link(before);
    let end = start;
    let bad: LogCorruptError | undefined;
    inSegment(segment.name, () => {
      for (const { bytes, number, end: lineEnd } of scanLineBytes(folder.fs, fd, range)) {
        if (bad !== undefined) throw bad;
        if (link.take(bytes)) end = lineEnd;
        else bad = broken({ segment: segment.name, line: number, seq: link.seq + 1 });
      }
      if (bad !== undefined && !isNewest) throw bad;
    });
    return { end, head: { seq: link.seq, hash: link.hash.toString("latin1") }, cutBytes: range.end - end };
  });
}

/** The end of the lines that fit so far. It compares bytes where they lie: a log has a great many lines. */
class Link {
  seq: number;
  readonly hash: Buffer;

  constructor({ seq, hash }: LogHead) {
    this.seq = seq;
    this.hash = Buffer.from(hash, "latin1");
  }

  /** Moves on to the line when it is whole and follows. */
  take(line: Buffer): boolean {
    const hashAt = line.length - HASH_FROM_END;
    if (!this.isPrevious(line, line.length - PREV_HASH_FROM_END) || !this.isNext(line) || !isCheckedLine(line))
      return false;
    for (let byte = 0; byte < HASH_BYTES; byte++) this.hash[byte] = line[hashAt + byte] ?? 0;
    this.seq++;
    return true;
  }

  private isPrevious(line: Buffer, at: number): boolean {
    if (at < SEQ_AT) return false;
    for (let byte = 0; byte < HASH_BYTES; byte++) if (line[at + byte] !== this.hash[byte]) return false;
    return true;
  }

  private isNext(line: Buffer): boolean {
    let seq = 0;
    let at = SEQ_AT;
    for (; line[at] !== COMMA && at < line.length; at++) seq = seq * 10 + ((line[at] ?? 0) - 48);
    return seq === this.seq + 1;
  }
}

function broken(place: { segment: string; line: number; seq: number }): LogCorruptError {
  return damage(`line ${place.line}: event ${place.seq} is missing or damaged`, place);
}
