import * as nodeFs from "node:fs";
import type { FileSystem } from "@car/files";
import { ConfigInvalidError, type CarError, type CarEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { EventDraft, EventLog, LogHead, ReadOptions } from "@car/ir/ports";
import { type RedactOptions, redactEvents } from "../redact/redact-events.js";
import { LineFile } from "./line-file.js";
import { nodeSha256 } from "./node-sha256.js";
import { openLogFile } from "./open-log-file.js";
import { readJsonl } from "./read-jsonl.js";
import { SealingQueue } from "./sealing-queue.js";

/** Where a JSONL log is kept and how. */
export interface JsonlEventLogOptions {
  /** The file; made, readable by its owner only, when it does not exist. */
  readonly path: string;
  /** Makes `flush` wait until the disk has the events, so that they survive a power cut. Default false. */
  readonly fsync?: boolean;
  /** Text that is gathered before it is written unasked. Default 64 KiB. */
  readonly bufferBytes?: number;
  /** Told once, when the first write fails; must not throw. The failing call throws the same error. */
  readonly onError?: (error: CarError) => void;
  /** What `read` does not show. The file has everything. */
  readonly redact?: RedactOptions;
  /** For tests of failures. Default `node:fs`. */
  readonly fs?: FileSystem;
}

const OPTIONS = [
  "path",
  "fsync",
  "bufferBytes",
  "onError",
  "redact",
  "fs",
] as const satisfies readonly (keyof JsonlEventLogOptions)[];

/** Text that is gathered before it is written unasked, unless a log is told otherwise. */
export const DEFAULT_BUFFER_BYTES = 64 * 1024;

/**
 * Keeps events in a file, one JSON object a line. Appending only queues; hashing and writing happen in batches: when
 * the queue is full, on `flush`, `read`, `head` and `close`. A file has one writer at a time: it is claimed in the folder
 * `<path>.lock`, until the log is closed, has failed, or its process has ended. Reading needs no claim.
 *
 * After a failed write the log takes nothing more, and the file reads back up to its last whole line.
 * @throws `LogCorruptError` when the file holds a damaged line (a cut-off last one is removed), `LogLockedError` naming
 * the process that writes it, `LogWriteError` when it cannot be opened.
 */
export function jsonlEventLog(options: JsonlEventLogOptions): EventLog {
  assertKnownOptions(options, OPTIONS, "jsonlEventLog");
  const { bufferBytes = DEFAULT_BUFFER_BYTES } = options;
  if (!(bufferBytes > 0)) throw new ConfigInvalidError("bufferBytes must be a positive number");
  return new JsonlEventLog({ ...options, bufferBytes });
}

class JsonlEventLog implements EventLog {
  readonly supports: EventLog["supports"];
  private readonly options: JsonlEventLogOptions;
  private readonly file: LineFile;
  private readonly queue: SealingQueue;

  constructor(options: JsonlEventLogOptions & { readonly bufferBytes: number }) {
    const { path, fsync = false, fs = nodeFs } = options;
    const place = { path, fsync, fs };
    this.options = options;
    this.supports = { durable: fsync };
    this.file = new LineFile(place, openLogFile(place));
    const onError = (error: CarError): void => {
      // Nothing more is written: the next writer may cut the file after its last whole line.
      this.file.release();
      options.onError?.(error);
    };
    this.queue = new SealingQueue(this.file, { ...options, onError });
  }

  append(draft: EventDraft): number {
    return this.queue.append(draft);
  }

  flush(): void {
    this.queue.writeAll();
    this.queue.attempt(() => this.file.sync());
  }

  read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
    assertKnownOptions(options, ["from", "to"], "read");
    if (!this.queue.hasFailed) this.queue.writeAll();
    const { path, fs = nodeFs, redact } = this.options;
    const to = Math.min(options.to ?? Number.POSITIVE_INFINITY, this.file.head.seq);
    const events = readJsonl(path, { ...options, fs, to });
    return redact === undefined ? events : redactEvents(events, { sha256: nodeSha256, ...redact });
  }

  async head(): Promise<LogHead> {
    return this.queue.head();
  }

  async close(): Promise<void> {
    if (!this.queue.close()) return;
    try {
      if (!this.queue.hasFailed) this.flush();
    } finally {
      this.file.close();
    }
  }
}
