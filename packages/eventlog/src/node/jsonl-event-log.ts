import * as nodeFs from "node:fs";
import { ConfigInvalidError, LogClosedError, LogWriteError, type CarEvent } from "@car/ir";
import type { EventDraft, EventLog, LogHead, ReadOptions } from "@car/ir/ports";
import { sealedText } from "../chain/event-hash.js";
import { sealPayload } from "../chain/sealed-payload.js";
import { EventChunk } from "../memory/event-chunk.js";
import { type RedactOptions, redactEvents } from "../redact/redact-events.js";
import { eventLine } from "../wire/event-line.js";
import { LineFile } from "./line-file.js";
import type { LogFileSystem } from "./log-file-system.js";
import { nodeSha256 } from "./node-sha256.js";
import { readJsonl } from "./read-jsonl.js";

/** Where a JSONL log is kept and how. */
export interface JsonlEventLogOptions {
  /** The file; made, readable by its owner only, when it does not exist. */
  readonly path: string;
  /** Makes `flush` wait until the disk has the events, so that they survive a power cut. Default false. */
  readonly fsync?: boolean;
  /** Text that is gathered before it is written unasked. Default 64 KiB. */
  readonly bufferBytes?: number;
  /** Told once, when the first write fails; must not throw. The failing call throws the same error. */
  readonly onError?: (error: LogWriteError) => void;
  /** What `read` does not show. The file has everything. */
  readonly redact?: RedactOptions;
  /** For tests of failures. Default `node:fs`. */
  readonly fs?: LogFileSystem;
}

/** Events that wait to be hashed and written. */
const PENDING_EVENTS = 256;
const DEFAULT_BUFFER_BYTES = 64 * 1024;

/**
 * Keeps events in a file, one JSON object a line. Appending only queues; hashing and writing happen in batches: when
 * the queue is full, on `flush`, `read`, `head` and `close`. One process may write a file at a time.
 *
 * After a failed write the log takes nothing more, and the file reads back up to its last whole line.
 * @throws `LogCorruptError` when the file holds a damaged line (a cut-off last one is removed), `LogWriteError` when it
 * cannot be opened.
 */
export function jsonlEventLog(options: JsonlEventLogOptions): EventLog {
  const { bufferBytes = DEFAULT_BUFFER_BYTES } = options;
  if (!(bufferBytes > 0)) throw new ConfigInvalidError("bufferBytes must be a positive number");
  return new JsonlEventLog({ ...options, bufferBytes });
}

class JsonlEventLog implements EventLog {
  readonly supports: EventLog["supports"];
  private readonly options: JsonlEventLogOptions & { readonly bufferBytes: number };
  private readonly file: LineFile;
  private pending: EventChunk;
  private text = "";
  /** The chain's end, of what was serialised. */
  private sealed: LogHead;
  private failure: LogWriteError | undefined;
  private isClosed = false;

  constructor(options: JsonlEventLogOptions & { readonly bufferBytes: number }) {
    const { path, fsync = false, fs = nodeFs } = options;
    this.options = options;
    this.supports = { durable: fsync };
    this.file = new LineFile({ path, fsync, fs });
    this.sealed = this.file.head;
    this.pending = new EventChunk(this.sealed.seq + 1, PENDING_EVENTS);
  }

  append(draft: EventDraft): number {
    if (this.isClosed) throw new LogClosedError("the event log is closed");
    if (this.failure !== undefined) throw this.failure;
    if (this.pending.length === PENDING_EVENTS) this.attempt(() => this.serialise());
    this.pending.add(draft);
    return this.pending.lastSeq;
  }

  flush(): void {
    this.attempt(() => {
      this.writeAll();
      this.file.sync();
    });
  }

  read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
    if (this.failure === undefined) this.attempt(() => this.writeAll());
    const { path, fs = nodeFs, redact } = this.options;
    const to = Math.min(options.to ?? Number.POSITIVE_INFINITY, this.sealed.seq);
    const events = readJsonl(path, { ...options, fs, to });
    return redact === undefined ? events : redactEvents(events, { sha256: nodeSha256, ...redact });
  }

  async head(): Promise<LogHead> {
    if (this.failure === undefined) this.attempt(() => this.serialise());
    return this.sealed;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      if (this.failure === undefined) this.flush();
    } finally {
      this.file.close();
    }
  }

  private writeAll(): void {
    this.serialise();
    this.writeText();
  }

  /** Hashes what is pending; writes whenever enough text has come together. */
  private serialise(): void {
    const { pending } = this;
    for (let row = 0; row < pending.length; row++) {
      const event = pending.eventAt(row);
      const { text: payload, digest } = sealPayload(event.data, nodeSha256);
      const prevHash = this.sealed.hash;
      const hash = nodeSha256(sealedText(event, { digest, prevHash }));
      this.text += `${eventLine(event, { payload, prevHash, hash })}\n`;
      this.sealed = { seq: event.seq, hash };
      if (this.text.length >= this.options.bufferBytes) this.writeText();
    }
    if (pending.length > 0) this.pending = new EventChunk(this.sealed.seq + 1, PENDING_EVENTS);
  }

  private writeText(): void {
    if (this.text === "") return;
    this.file.write(this.text, this.sealed);
    this.text = "";
  }

  /** Runs what may write. The first failure is the log's last deed: the chain then ends with the last whole line. */
  private attempt(body: () => void): void {
    if (this.failure !== undefined) throw this.failure;
    try {
      body();
    } catch (cause) {
      const isWrite = cause instanceof LogWriteError;
      throw this.failed(isWrite ? cause : new LogWriteError("the log could not serialise an event", { cause }));
    }
  }

  private failed(error: LogWriteError): LogWriteError {
    this.failure = error;
    this.text = "";
    this.sealed = this.file.head;
    this.pending = new EventChunk(this.sealed.seq + 1, 0);
    this.options.onError?.(error);
    return error;
  }
}
