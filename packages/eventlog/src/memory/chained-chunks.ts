import { type CarEvent, jsonOfEvent } from "@car/ir";
import type { EventDraft, LogHead } from "@car/ir/ports";
import { anchorHash, GENESIS_HASH, sealedText, type Sha256 } from "../chain/event-hash.js";
import { sealPayload } from "../chain/sealed-payload.js";
import { EventChunk } from "./event-chunk.js";

/** Rows of the first chunk, and most rows of one: each has twice as many as the one before, since most logs stay short. */
const FIRST_ROWS = 64;
const MAX_ROWS = 1_024;
/** A log that is full has about so many chunks at least, so that dropping one drops little. */
const MIN_CHUNKS = 8;

/** How much of a log is kept. */
export interface LogBounds {
  readonly maxEvents: number;
  /** Of payloads, as `payloadBytes` counts them. */
  readonly maxBytes: number;
}

/**
 * A bounded sequence of events in chunks. Adding hashes nothing: the chain is computed up to where somebody reads, in
 * order, once.
 */
export class ChainedChunks {
  private readonly sha256: Sha256;
  private readonly bounds: LogBounds;
  private readonly maxRows: number;
  private readonly chunkBytes: number;
  private readonly chunks: EventChunk[];
  private tail: EventChunk;
  /** A chunk that was dropped and that nobody reads: the next one to be filled. */
  private spare: EventChunk | undefined = undefined;
  private last = 0;
  /** Bytes of the payloads in all chunks but the last. */
  private bytesBefore = 0;
  /** The chain is known up to here; its hash is made when it is asked for where what came before was dropped unseen. */
  private sealedSeq = 0;
  private sealedHash: string | undefined = GENESIS_HASH;
  /** A reader was promised the chain up to here, so chunks that begin before it are sealed before they are dropped. */
  private promised = 0;

  constructor(bounds: LogBounds, sha256: Sha256) {
    this.sha256 = sha256;
    this.bounds = bounds;
    this.maxRows = Math.max(1, Math.min(MAX_ROWS, Math.floor(bounds.maxEvents / MIN_CHUNKS)));
    this.chunkBytes = bounds.maxBytes / MIN_CHUNKS;
    this.tail = new EventChunk(1, Math.min(FIRST_ROWS, this.maxRows));
    this.chunks = [this.tail];
  }

  /** Sequence of the oldest event that is kept; 1 for an empty log. */
  get firstSeq(): number {
    return this.chunks[0]?.firstSeq ?? this.last + 1;
  }

  /** Sequence of the newest event; 0 for an empty log. */
  get lastSeq(): number {
    return this.last;
  }

  /** Adds an event and returns its sequence. */
  add(draft: EventDraft): number {
    if (this.tail.length === this.tail.capacity || this.tail.bytes > this.chunkBytes) this.grow();
    this.tail.add(draft);
    while (this.bytesBefore + this.tail.bytes > this.bounds.maxBytes && this.chunks.length > 1) this.dropOldest();
    return ++this.last;
  }

  /** Computes the chain up to the newest event. */
  head(): LogHead {
    this.sealThrough(this.last);
    return { seq: this.sealedSeq, hash: this.chainHash() };
  }

  /**
   * Events from `from` to `to`. The chunks are those of the moment of the call: what is dropped while the reader is
   * under way is still read, and with the same hashes.
   */
  events(from: number, to: number): Generator<CarEvent> {
    const end = Math.min(to, this.last);
    this.promised = Math.max(this.promised, end);
    const chunks = this.chunks.filter(({ firstSeq, lastSeq }) => lastSeq >= from && firstSeq <= end);
    return this.eventsIn(chunks, { from, to: end });
  }

  private *eventsIn(chunks: readonly EventChunk[], { from, to }: { from: number; to: number }): Generator<CarEvent> {
    for (const chunk of chunks) {
      const end = Math.min(chunk.lastSeq, to);
      // A chunk that was dropped meanwhile has been sealed then, because of `promised`.
      this.sealThrough(end);
      for (let seq = Math.max(from, chunk.firstSeq); seq <= end; seq++) {
        const row = seq - chunk.firstSeq;
        yield { ...chunk.eventAt(row), prev_hash: chunk.hashAt(row - 1), hash: chunk.hashAt(row) };
      }
    }
  }

  private grow(): void {
    const rows = Math.min(this.maxRows, this.tail.capacity * 2);
    this.bytesBefore += this.tail.bytes;
    while (this.last + 1 - this.firstSeq + rows > this.bounds.maxEvents) this.dropOldest();
    this.tail = this.spare?.capacity === rows ? this.spare : new EventChunk(this.last + 1, rows);
    this.tail.firstSeq = this.last + 1;
    this.spare = undefined;
    this.chunks.push(this.tail);
  }

  private dropOldest(): void {
    const oldest = this.chunks[0]!;
    const isUnread = this.promised < oldest.firstSeq;
    if (!isUnread) this.sealThrough(oldest.lastSeq);
    if (this.sealedSeq < oldest.lastSeq) {
      this.sealedSeq = oldest.lastSeq;
      this.sealedHash = undefined;
    }
    this.chunks.shift();
    this.bytesBefore -= oldest.bytes;
    if (!isUnread) return;
    oldest.clear();
    this.spare = oldest;
  }

  private sealThrough(seq: number): void {
    if (seq <= this.sealedSeq) return;
    for (const chunk of this.chunks) {
      if (chunk.lastSeq > this.sealedSeq) this.sealRows(chunk, Math.min(seq, chunk.lastSeq));
      if (this.sealedSeq === seq) return;
    }
  }

  /** Computes the hashes of a chunk's rows that have none, up to the event `through`. */
  private sealRows(chunk: EventChunk, through: number): void {
    let prevHash = this.chainHash();
    if (chunk.sealed === 0) chunk.base = prevHash;
    while (chunk.firstSeq + chunk.sealed <= through) {
      const row = chunk.sealed;
      const event = chunk.eventAt(row);
      const { data, digest } = sealPayload(jsonOfEvent(event), this.sha256);
      if (data !== event.data) chunk.replacePayload(row, data);
      prevHash = this.sha256(sealedText(event, { digest, prevHash }));
      chunk.seal(prevHash);
    }
    this.sealedSeq = through;
    this.sealedHash = prevHash;
  }

  private chainHash(): string {
    return (this.sealedHash ??= anchorHash(this.sealedSeq));
  }
}
