import { writeWhole } from "@car/files";
import type { LogHead } from "@car/ir/ports";
import { orRefused, refused } from "./log-write-error.js";
import type { LogFilePlace, OpenLogFile } from "./open-log-file.js";

const LINE_FEED = 10;

/** A file that only ever grows by whole lines. After a failed write it ends, as far as possible, with the last whole one. */
export class LineFile {
  private readonly place: LogFilePlace;
  private file: OpenLogFile;
  private isSynced = true;

  constructor(place: LogFilePlace, file: OpenLogFile) {
    this.place = place;
    this.file = file;
  }

  /** Sequence and hash of the last line that was written. */
  get head(): LogHead {
    return this.file.head;
  }

  /** Bytes of whole lines. */
  get size(): number {
    return this.file.size;
  }

  /** For a caller that syncs in its own way. */
  get fd(): number {
    return this.file.fd;
  }

  /**
   * Writes whole lines, of which the last is the event `head`.
   * @throws `LogWriteError` when not all of them could be written; `this.head` says how many were.
   */
  write(lines: string, head: LogHead): void {
    const { fd, size, claim } = this.file;
    claim?.check();
    const bytes = Buffer.from(lines);
    let written = 0;
    this.isSynced = false;
    try {
      writeWhole({ fs: this.place.fs, fd, onProgress: (count) => (written = count) }, bytes);
    } catch (cause) {
      this.cutAfterWholeLines(bytes.subarray(0, written));
      throw refused(this.place.path, "a write", cause);
    }
    this.file = { ...this.file, size: size + bytes.length, head };
  }

  /** Makes what was written survive a power cut, where the log was asked to. */
  sync(): void {
    if (this.isSynced || !this.place.fsync) return;
    orRefused(this.place.path, "to sync", () => this.place.fs.fdatasyncSync(this.file.fd));
    this.isSynced = true;
  }

  /** Lets the next writer have the file. */
  release(): void {
    this.file.claim?.release();
  }

  close(): void {
    this.release();
    orRefused(this.place.path, "to close", () => this.place.fs.closeSync(this.file.fd));
  }

  private cutAfterWholeLines(written: Buffer): void {
    const wholeBytes = written.lastIndexOf(LINE_FEED) + 1;
    const head = headOfLastLine(written.subarray(0, wholeBytes)) ?? this.file.head;
    this.file = { ...this.file, size: this.file.size + wholeBytes, head };
    try {
      this.place.fs.ftruncateSync(this.file.fd, this.file.size);
    } catch {
      // The rest of a line stays behind. Readers leave it out, and the next opening removes it.
    }
  }
}

function headOfLastLine(lines: Buffer): LogHead | undefined {
  if (lines.length === 0) return undefined;
  const start = lines.lastIndexOf(LINE_FEED, lines.length - 2) + 1;
  const { seq, hash } = JSON.parse(lines.toString("utf8", start)) as LogHead;
  return { seq, hash };
}
