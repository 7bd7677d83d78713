import { LogCorruptError } from "@car/ir";
import type { LogFileSystem } from "./log-file-system.js";

/** A longer line is damage: no event comes near it, and the reader's memory stays bounded. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const BLOCK_BYTES = 64 * 1024;
const LINE_FEED = 10;

/** A line with its line feed; what a file has after its last line feed is not a line. */
export interface ScannedLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  /** Offset of the byte after the line feed. */
  readonly end: number;
}

/**
 * The whole lines of an open file, from its start, a block at a time.
 * @throws `LogCorruptError` for a line that is not UTF-8 or is too long.
 */
export function* scanLines(fs: LogFileSystem, fd: number, maxLineBytes = MAX_LINE_BYTES): Generator<ScannedLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let pieces: Buffer[] = [];
  let piecesBytes = 0;
  let number = 0;
  let end = 0;
  for (let position = 0; ;) {
    const read = fs.readSync(fd, block, 0, BLOCK_BYTES, position);
    if (read === 0) return;
    position += read;
    let start = 0;
    for (let at = lineFeed(block, start, read); at !== -1; at = lineFeed(block, start, read)) {
      const bytes = joined(pieces, block.subarray(start, at));
      number++;
      end += bytes.length + 1;
      yield { number, text: decoded(decoder, bytes, number), end };
      pieces = [];
      piecesBytes = 0;
      start = at + 1;
    }
    piecesBytes += read - start;
    if (piecesBytes > maxLineBytes) throw new LogCorruptError(`line ${number + 1}: longer than ${maxLineBytes} bytes`);
    if (start < read) pieces.push(Buffer.from(block.subarray(start, read)));
  }
}

function lineFeed(block: Buffer, start: number, end: number): number {
  const at = block.indexOf(LINE_FEED, start);
  return at < end ? at : -1;
}

function joined(pieces: readonly Buffer[], last: Buffer): Buffer {
  return pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
}

function decoded(decoder: TextDecoder, bytes: Buffer, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new LogCorruptError(`line ${number}: not UTF-8`, { cause });
  }
}
