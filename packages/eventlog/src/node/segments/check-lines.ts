import { type LogCorruptError } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import { CHECKSUM_BYTES, isChecked } from "../checked-line.js";
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

const SEQ_AT = '{"format_version":1,"seq":'.length;
const HASH_FROM_END = CHECKSUM_BYTES + 1 + 64;
const PREV_HASH_FROM_END = HASH_FROM_END + '","hash":"'.length + 64;

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
    let end = start;
    let head = before;
    let bad: LogCorruptError | undefined;
    inSegment(segment.name, () => {
      for (const { bytes, number, end: lineEnd } of scanLineBytes(folder.fs, fd, range)) {
        if (bad !== undefined) throw bad;
        const hash = hashOfNext(bytes, head);
        if (hash === undefined) bad = broken({ segment: segment.name, line: number, seq: head.seq + 1 });
        else {
          head = { seq: head.seq + 1, hash };
          end = lineEnd;
        }
      }
      if (bad !== undefined && !isNewest) throw bad;
    });
    return { end, head, cutBytes: range.end - end };
  });
}

/** Hash of the line when it is whole and follows `head`. */
function hashOfNext(bytes: Buffer, { seq, hash }: LogHead): string | undefined {
  const { length } = bytes;
  if (length < PREV_HASH_FROM_END || !isChecked(bytes)) return undefined;
  if (bytes.toString("latin1", length - PREV_HASH_FROM_END, length - PREV_HASH_FROM_END + 64) !== hash)
    return undefined;
  const number = `${seq + 1},`;
  if (bytes.toString("latin1", SEQ_AT, SEQ_AT + number.length) !== number) return undefined;
  return bytes.toString("latin1", length - HASH_FROM_END, length - HASH_FROM_END + 64);
}

function broken(place: { segment: string; line: number; seq: number }): LogCorruptError {
  return damage(`line ${place.line}: event ${place.seq} is missing or damaged`, place);
}
