import type { FileSystem } from "@car/files";
import { LogCorruptError } from "@car/ir";

/** A longer line is damage: no event comes near it, and the reader's memory stays bounded. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const BLOCK_BYTES = 64 * 1024;
const LINE_FEED = 10;

/** Which part of a file is read. */
export interface ScanRange {
  /** Offset of a line's first byte. Default 0. */
  readonly start?: number;
  /** Number of that line, from 1. Default 1. */
  readonly firstNumber?: number;
  /** Offset after the last byte that counts. Default: the end of the file. */
  readonly end?: number | undefined;
  readonly maxLineBytes?: number;
}

/** A line with its line feed; what a file has after its last line feed is not a line. */
export interface ScannedLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  /** Offset of the byte after the line feed. */
  readonly end: number;
}

/** A line as bytes, without its line feed. They are good until the next line is asked for. */
export interface ScannedBytes extends Omit<ScannedLine, "text"> {
  readonly bytes: Buffer;
}

/**
 * The whole lines of an open file, a block at a time.
 * @throws `LogCorruptError` for a line that is not UTF-8 or is too long.
 */
export function* scanLines(fs: FileSystem, fd: number, range: ScanRange = {}): Generator<ScannedLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (const { bytes, number, end } of scanLineBytes(fs, fd, range)) {
    yield { number, text: decoded(decoder, bytes, number), end };
  }
}

/** As `scanLines`, without decoding. */
export function* scanLineBytes(fs: FileSystem, fd: number, range: ScanRange): Generator<ScannedBytes> {
  const { start: from = 0, firstNumber = 1, maxLineBytes = MAX_LINE_BYTES } = range;
  const last = range.end ?? Number.POSITIVE_INFINITY;
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let pieces: Buffer[] = [];
  let piecesBytes = 0;
  let number = firstNumber - 1;
  let end = from;
  for (let position = from; ;) {
    const read = fs.readSync(fd, block, 0, Math.min(BLOCK_BYTES, last - position), position);
    if (read === 0) return;
    position += read;
    let start = 0;
    for (let at = lineFeed(block, start, read); at !== -1; at = lineFeed(block, start, read)) {
      const bytes = joined(pieces, block.subarray(start, at));
      number++;
      end += bytes.length + 1;
      yield { number, bytes, end };
      if (pieces.length > 0) pieces = [];
      piecesBytes = 0;
      start = at + 1;
    }
    piecesBytes += read - start;
    if (piecesBytes > maxLineBytes) {
      const place = { line: number + 1 };
      throw new LogCorruptError(`line ${number + 1}: longer than ${maxLineBytes} bytes`, { place });
    }
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
    throw new LogCorruptError(`line ${number}: not UTF-8`, { cause, place: { line: number } });
  }
}
