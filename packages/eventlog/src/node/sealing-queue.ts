import { CarError, type EventEnvelope, jsonOfEvent, type LiveEvent, LogClosedError, LogWriteError } from "@car/ir";
import type { EventDraft, LogHead } from "@car/ir/ports";
import { sealedText } from "../chain/event-hash.js";
import { type SealedPayload, sealPayload } from "../chain/sealed-payload.js";
import { EventChunk } from "../memory/event-chunk.js";
import { eventLine } from "../wire/event-line.js";
import { nodeSha256 } from "./node-sha256.js";

/** Where lines go. */
export interface LineSink {
  /** Sequence and hash of the last line that is whole where lines go. */
  readonly head: LogHead;
  /** Writes whole lines, of which the last is the event `head`. */
  write(lines: string, head: LogHead): void;
  /** The line of an event, without its line feed. Absent: `eventLine`. */
  line?(event: EventEnvelope, place: LinePlace): string;
}

/** What a line needs beside the event. */
export interface LinePlace {
  readonly payload: SealedPayload;
  readonly prevHash: string;
  readonly hash: string;
}

/** How lines are gathered, and who is told when that ends. */
export interface SealingQueueOptions {
  /** Text that is gathered before it is written unasked. */
  readonly bufferBytes: number;
  readonly onError?: ((error: CarError) => void) | undefined;
}

/** Events that wait to be hashed and written, and about what they may take. */
const PENDING_EVENTS = 256;
const PENDING_BYTES = 1024 * 1024;

/**
 * Numbers events, and makes sealed lines of them in batches. After the first failure it takes nothing more, and its
 * chain ends with the last line that is whole.
 */
export class SealingQueue {
  private readonly sink: LineSink;
  private readonly options: SealingQueueOptions;
  private pending: EventChunk;
  private text = "";
  /** The chain's end, of what was serialised. */
  private sealed: LogHead;
  private failure: CarError | undefined;
  private isClosed = false;

  constructor(sink: LineSink, options: SealingQueueOptions) {
    this.sink = sink;
    this.options = options;
    this.sealed = sink.head;
    this.pending = new EventChunk(this.sealed.seq + 1, PENDING_EVENTS);
  }

  /** Sequence of the last event that was appended. */
  get lastSeq(): number {
    return this.pending.lastSeq;
  }

  /** True once nothing is taken any more because of a failure. */
  get hasFailed(): boolean {
    return this.failure !== undefined;
  }

  append(draft: EventDraft): number {
    if (this.isClosed) throw new LogClosedError("the event log is closed");
    this.assertTaking();
    const { length, bytes } = this.pending;
    if (length === PENDING_EVENTS || bytes > PENDING_BYTES) this.attempt(() => this.serialise());
    this.pending.add(draft);
    return this.pending.lastSeq;
  }

  /** The chain's end, with everything that was appended; after a failure, with everything that is whole. */
  head(): LogHead {
    if (this.failure === undefined) this.attempt(() => this.serialise());
    return this.sealed;
  }

  /** Hands everything that was appended to the sink. */
  writeAll(): void {
    this.attempt(() => {
      this.serialise();
      this.writeText();
    });
  }

  /** Takes nothing more. Gives false when that was so already. */
  close(): boolean {
    const wasOpen = !this.isClosed;
    this.isClosed = true;
    return wasOpen;
  }

  /** Throws the failure, if there was one. */
  assertTaking(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /** Runs what may write. The first failure is the queue's last deed. */
  attempt(body: () => void): void {
    this.assertTaking();
    try {
      body();
    } catch (cause) {
      throw this.fail(cause);
    }
  }

  /** Ends the queue because of `cause`, and gives the error that every later call throws. */
  fail(cause: unknown): CarError {
    if (this.failure !== undefined) return this.failure;
    const error = CarError.isInstance(cause)
      ? cause
      : new LogWriteError("the log could not serialise an event", { cause });
    this.failure = error;
    this.text = "";
    this.sealed = this.sink.head;
    this.pending = new EventChunk(this.sealed.seq + 1, 0);
    this.options.onError?.(error);
    return error;
  }

  /** Hashes what is pending; writes whenever enough text has come together. */
  private serialise(): void {
    const { pending } = this;
    for (let row = 0; row < pending.length; row++) {
      this.text += `${this.lineOf(pending.eventAt(row))}\n`;
      if (this.text.length >= this.options.bufferBytes) this.writeText();
    }
    pending.clear();
    pending.firstSeq = this.sealed.seq + 1;
  }

  private lineOf(event: LiveEvent): string {
    const { sink } = this;
    const payload = sealPayload(jsonOfEvent(event), nodeSha256);
    const prevHash = this.sealed.hash;
    const hash = nodeSha256(sealedText(event, { digest: payload.digest, prevHash }));
    this.sealed = { seq: event.seq, hash };
    if (sink.line !== undefined) return sink.line(event, { payload, prevHash, hash });
    return eventLine(event, { payload: payload.text, prevHash, hash });
  }

  private writeText(): void {
    if (this.text === "") return;
    this.sink.write(this.text, this.sealed);
    this.text = "";
  }
}
