import { ConfigInvalidError, LogClosedError, sha256Hex, type CarEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { EventDraft, EventLog, LogHead, ReadOptions } from "@car/ir/ports";
import type { Sha256 } from "../chain/event-hash.js";
import { type RedactOptions, redactEvents } from "../redact/redact-events.js";
import { ChainedChunks } from "./chained-chunks.js";

/** What a log in memory may be told. */
export interface MemoryEventLogOptions {
  /** Most events that are kept; the oldest are dropped, a chunk of up to 1,024 at a time. Default 262,144. */
  readonly maxEvents?: number;
  /**
   * Most bytes that the payloads of the events which are kept take, by an estimate that counts what events share once for
   * each. The newest event is kept, however large. Default 64 MiB.
   */
  readonly maxBytes?: number;
  /** A faster SHA-256 than the portable default; `nodeSha256` of `@car/eventlog/node` is one. */
  readonly sha256?: Sha256;
  /** What `read` does not show. The log itself keeps everything. */
  readonly redact?: RedactOptions;
}

/** An event log in memory. After `close()` nothing can be appended; what it holds can still be read. */
export interface MemoryEventLog extends EventLog {
  /** Sequences of the oldest and the newest event that are kept; `{ from: 1, to: 0 }` for an empty log. */
  kept(): { readonly from: number; readonly to: number };
}

const DEFAULT_MAX_EVENTS = 262_144;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const OPTIONS = [
  "maxEvents",
  "maxBytes",
  "sha256",
  "redact",
] as const satisfies readonly (keyof MemoryEventLogOptions)[];

/**
 * Keeps events in memory, as rows in columns: appending makes no object. Events and hashes are made when they are
 * read. When events are dropped whose hash nobody had asked for, the chain starts anew with `anchorHash`.
 * @throws `CAR_CONFIG_INVALID` when `maxEvents` or `maxBytes` is not a positive integer.
 */
export function memoryEventLog(options: MemoryEventLogOptions = {}): MemoryEventLog {
  assertKnownOptions(options, OPTIONS, "memoryEventLog");
  const { maxEvents = DEFAULT_MAX_EVENTS, maxBytes = DEFAULT_MAX_BYTES, sha256 = sha256Hex } = options;
  const bounds = { maxEvents, maxBytes };
  for (const [name, value] of Object.entries(bounds)) {
    if (!Number.isSafeInteger(value) || value < 1) throw new ConfigInvalidError(`${name} must be a positive integer`);
  }
  const redact = options.redact === undefined ? undefined : { sha256, ...options.redact };
  return new ColumnEventLog(new ChainedChunks(bounds, sha256), redact);
}

class ColumnEventLog implements MemoryEventLog {
  readonly supports = { durable: false };
  private readonly chunks: ChainedChunks;
  private readonly redact: RedactOptions | undefined;
  private isClosed = false;

  constructor(chunks: ChainedChunks, redact: RedactOptions | undefined) {
    this.chunks = chunks;
    this.redact = redact;
  }

  append(draft: EventDraft): number {
    if (this.isClosed) throw new LogClosedError("the event log is closed");
    return this.chunks.add(draft);
  }

  flush(): void {
    // Memory is where this log keeps its events.
  }

  read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
    assertKnownOptions(options, ["from", "to"], "read");
    const { from = 1, to = Number.POSITIVE_INFINITY } = options;
    const events = this.chunks.events(from, to);
    return this.redact === undefined ? asyncEvents(events) : redactEvents(events, this.redact);
  }

  async head(): Promise<LogHead> {
    return this.chunks.head();
  }

  kept(): { readonly from: number; readonly to: number } {
    return { from: this.chunks.firstSeq, to: this.chunks.lastSeq };
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

async function* asyncEvents(events: Iterable<CarEvent>): AsyncGenerator<CarEvent> {
  yield* events;
}
