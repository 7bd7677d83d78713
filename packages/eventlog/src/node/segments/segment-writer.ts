import { join } from "node:path";
import { checkedLine, syncFolder, writeWhole } from "@car/files";
import type { EventEnvelope } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import { eventLine } from "../../wire/event-line.js";
import { LineFile } from "../line-file.js";
import { orRefused } from "../log-write-error.js";
import type { LinePlace, LineSink } from "../sealing-queue.js";
import type { CheckedLog } from "./check-opening.js";
import type { LogFolder } from "./log-folder.js";
import { writePayload } from "./payload-files.js";
import type { BoundedSegment, Segment } from "./segment.js";
import { headerLine } from "./segment-header.js";
import { sealName, segmentName } from "./segment-name.js";

/** How a log is cut into files. */
export interface SegmentWriterOptions {
  readonly epoch: number;
  /** A segment that is longer is closed. */
  readonly segmentBytes: number;
  /** Longer payloads lie in files of their own. */
  readonly inlineBytes: number;
}

/** A segment that is being written. */
interface ActiveSegment extends Segment {
  readonly file: LineFile;
}

/** Writes lines to the newest segment; makes it when the first line comes, and a new one when it is full. */
export class SegmentWriter implements LineSink {
  private readonly folder: LogFolder;
  private readonly options: SegmentWriterOptions;
  private closed: readonly BoundedSegment[];
  private active: ActiveSegment | undefined;
  private lastHead: LogHead;
  /** True once the segment of the owner before is known to be on the disk. */
  private isBaseSynced = false;
  /** True while a sync is under way in another thread: its file must not be closed under it. */
  private isSyncing = false;

  constructor(folder: LogFolder, log: CheckedLog, options: SegmentWriterOptions) {
    this.folder = folder;
    this.options = options;
    // A segment without events, left by an owner that died early, takes no part in the chain.
    this.closed = log.segments.filter(({ firstSeq, head }) => head.seq >= firstSeq);
    this.lastHead = log.head;
  }

  get head(): LogHead {
    return this.active?.file.head ?? this.lastHead;
  }

  /** Everything that can be read now, oldest first. */
  get segments(): readonly BoundedSegment[] {
    if (this.active === undefined) return this.closed;
    const { file, ...segment } = this.active;
    return [...this.closed, { ...segment, end: file.size, head: file.head }];
  }

  line(event: EventEnvelope, { payload, prevHash, hash }: LinePlace): string {
    const { text, digest } = payload;
    if (text.length <= this.options.inlineBytes)
      return checkedLine(eventLine(event, { payload: text, prevHash, hash }));
    orRefused(this.folder.path, "a payload", () => writePayload(this.folder, this.newest(), payload));
    return checkedLine(eventLine(event, { payload: "{}", prevHash, hash, digest }));
  }

  write(lines: string, head: LogHead): void {
    const { file } = this.newest();
    file.write(lines, head);
    if (file.size >= this.options.segmentBytes && !this.isSyncing) this.closeSegment();
  }

  /** Syncs what was written, in another thread. Closed segments are synced already. */
  async sync(): Promise<void> {
    const { active } = this;
    if (active === undefined) return;
    this.isSyncing = true;
    try {
      await new Promise<void>((resolve, reject) => {
        this.folder.fs.fdatasync(active.file.fd, (error) => (error === null ? resolve() : reject(error)));
      });
    } finally {
      this.isSyncing = false;
    }
  }

  /** Ends the newest segment: the next line begins another. */
  closeSegment(): void {
    if (this.active === undefined) return;
    const { file, ...segment } = this.active;
    file.sync();
    file.close();
    this.lastHead = file.head;
    this.closed = [...this.closed, { ...segment, end: file.size, head: file.head }];
    this.isBaseSynced = true;
    this.active = undefined;
  }

  /** Makes sure that a segment follows every one that holds events, so that those may be rewritten. */
  startSegment(): void {
    if (this.active !== undefined && this.active.file.head.seq < this.active.firstSeq) return;
    this.closeSegment();
    this.newest();
  }

  /** Takes a segment that was rewritten for the one of the same name. */
  replaceClosed(segment: BoundedSegment): void {
    this.closed = this.closed.map((each) => (each.name === segment.name ? segment : each));
  }

  /** Leaves out the segments up to the event `seq`. */
  dropThrough(seq: number): void {
    this.closed = this.closed.filter(({ head }) => head.seq > seq);
  }

  /** Frees the file; nothing is synced. */
  close(): void {
    this.active?.file.close();
  }

  private newest(): ActiveSegment {
    return (this.active ??= orRefused(this.folder.path, "a new segment", () => this.create()));
  }

  /**
   * INVARIANT: when the header of a segment can be read, all that it follows is on the disk; and nothing is confirmed in
   * a segment before its header and its name are.
   */
  private create(): ActiveSegment {
    const { fs, path, fsync } = this.folder;
    const before = this.closed.at(-1);
    if (before !== undefined) this.syncBase(before);
    const { epoch } = this.options;
    const { seq, hash } = this.lastHead;
    const after =
      before === undefined ? undefined : { firstSeq: before.firstSeq, epoch: before.epoch, bytes: before.end };
    const header = { firstSeq: seq + 1, epoch, prevHash: hash, after, isRewritten: false };
    const name = segmentName(header);
    const fd = fs.openSync(join(path, name), "ax", 0o600);
    const line = Buffer.from(`${headerLine(header)}\n`);
    writeWhole({ fs, fd }, line);
    if (fsync) fs.fsyncSync(fd);
    if (fsync) syncFolder(path, fs);
    if (before !== undefined) fs.closeSync(fs.openSync(join(path, sealName(before)), "a", 0o600));
    const place = { path: join(path, name), fs, fsync };
    const file = new LineFile(place, { fd, size: line.length, head: this.lastHead });
    return { ...header, name, start: line.length, file };
  }

  /** What the owner before had written may still be on its way to the disk. */
  private syncBase({ name }: BoundedSegment): void {
    const { fs, path, fsync } = this.folder;
    if (this.isBaseSynced || !fsync) return;
    const fd = fs.openSync(join(path, name), "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    this.isBaseSynced = true;
  }
}
