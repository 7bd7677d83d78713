import { type CarEvent, jsonOfEvent } from "@car/ir";
import type { EventDraft, LogHead } from "@car/ir/ports";
import { anchorHash, GENESIS_HASH, sealedText, type Sha256 } from "../chain/event-hash.js";
import { sealPayload } from "../chain/sealed-payload.js";
import { EventChunk } from "./event-chunk.js";

/** Rows of a chunk in a large log; a small one uses smaller chunks, so that dropping one drops little. */
const CHUNK_ROWS = 1_024;
const MIN_CHUNKS = 8;

/**
 * A bounded sequence of events in chunks. Adding hashes nothing: the chain is computed up to where somebody reads, in
 * order, once.
 */
export class ChainedChunks {
  private readonly sha256: Sha256;
  private readonly rows: number;
  private readonly maxChunks: number;
  private chunks: EventChunk[];
  private tail: EventChunk;
  private last = 0;
  /** The chain is known up to here. */
  private sealed: LogHead = { seq: 0, hash: GENESIS_HASH };
  /** A reader was promised the chain up to here, so chunks that begin before it are sealed before they are dropped. */
  private promised = 0;

  constructor(maxEvents: number, sha256: Sha256) {
    this.sha256 = sha256;
    this.rows = Math.max(1, Math.min(CHUNK_ROWS, Math.floor(maxEvents / MIN_CHUNKS)));
    this.maxChunks = Math.floor(maxEvents / this.rows);
    this.tail = new EventChunk(1, this.rows);
    this.chunks = [this.tail];
  }

  /** Sequence of the oldest event that is kept; 1 for an empty log. */
  get firstSeq(): number {
    return this.chunks[0]?.firstSeq ?? 1;
  }

  /** Sequence of the newest event; 0 for an empty log. */
  get lastSeq(): number {
    return this.last;
  }

  /** Adds an event and returns its sequence. */
  add(draft: EventDraft): number {
    if (this.tail.length === this.rows) this.grow();
    this.tail.add(draft);
    return ++this.last;
  }

  /** Computes the chain up to the newest event. */
  head(): LogHead {
    this.sealThrough(this.last);
    return this.sealed;
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
    if (this.chunks.length === this.maxChunks) this.dropOldest();
    this.tail = new EventChunk(this.last + 1, this.rows);
    this.chunks.push(this.tail);
  }

  private dropOldest(): void {
    const oldest = this.chunks[0];
    if (oldest === undefined) return;
    if (this.promised >= oldest.firstSeq) this.sealThrough(oldest.lastSeq);
    if (this.sealed.seq < oldest.lastSeq) {
      this.sealed = { seq: oldest.lastSeq, hash: anchorHash(oldest.lastSeq) };
    }
    this.chunks.shift();
  }

  private sealThrough(seq: number): void {
    if (seq <= this.sealed.seq) return;
    const start = Math.floor((this.sealed.seq + 1 - this.firstSeq) / this.rows);
    for (let index = start; index < this.chunks.length && this.sealed.seq < seq; index++) {
      const chunk = this.chunks[index];
      if (chunk !== undefined) this.sealRows(chunk, Math.min(seq, chunk.lastSeq));
    }
  }

  /** Computes the hashes of a chunk's rows that have none, up to the event `through`. */
  private sealRows(chunk: EventChunk, through: number): void {
    if (chunk.sealed === 0) chunk.base = this.sealed.hash;
    let prevHash = this.sealed.hash;
    while (chunk.firstSeq + chunk.sealed <= through) {
      const row = chunk.sealed;
      const event = chunk.eventAt(row);
      const { data, digest } = sealPayload(jsonOfEvent(event), this.sha256);
      if (data !== event.data) chunk.replacePayload(row, data);
      prevHash = this.sha256(sealedText(event, { digest, prevHash }));
      chunk.seal(prevHash);
    }
    this.sealed = { seq: through, hash: prevHash };
  }
}
