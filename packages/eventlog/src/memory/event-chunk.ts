import { EVENT_KINDS, eventOf, type EventKind, LazyPayload, type LiveEvent } from "@car/ir";
import type { EventDraft, RunScope } from "@car/ir/ports";
import { HASH_BYTES, readHash, writeHash } from "../chain/hex.js";
import { payloadBytes } from "../payload/payload-bytes.js";

/** Bytes of one row in the number columns: time, action, attempt, run, kind. */
const NUMBER_BYTES = 8 + 4 + 4 + 2 + 1;

const KIND_NUMBERS: ReadonlyMap<EventKind, number> = new Map(EVENT_KINDS.map((kind, number) => [kind, number]));

/**
 * A fixed number of consecutive events as columns: 27 bytes each on a 64-bit machine and 8 for each turn of a run, 59 when
 * their hashes are known, payloads apart. Adding a row makes no object and no string; events are made when they are read.
 */
export class EventChunk {
  readonly capacity: number;
  firstSeq: number;
  /** Rows in use. */
  length = 0;
  /** Bytes of the payloads, roughly. */
  bytes = 0;
  /** Rows whose hash is known, counted from the first. */
  sealed = 0;
  /** Hash of the event before the first row, once sealing has come here. */
  base = "";
  private readonly times: Float64Array;
  private readonly actions: Int32Array;
  private readonly attempts: Uint32Array;
  /** Positions in `runs`. */
  private readonly runNumbers: Uint16Array;
  /** Positions in `EVENT_KINDS`. */
  private readonly kinds: Uint8Array;
  /** One for each turn of a run: events of one run mostly follow each other. */
  private readonly runs: (RunScope | undefined)[] = [];
  private readonly payloads: (object | undefined)[];
  private hashes: Uint8Array | undefined;

  constructor(firstSeq: number, capacity: number) {
    const bytes = new ArrayBuffer(capacity * NUMBER_BYTES);
    this.firstSeq = firstSeq;
    this.capacity = capacity;
    this.times = new Float64Array(bytes, 0, capacity);
    this.actions = new Int32Array(bytes, capacity * 8, capacity);
    this.attempts = new Uint32Array(bytes, capacity * 12, capacity);
    this.runNumbers = new Uint16Array(bytes, capacity * 16, capacity);
    this.kinds = new Uint8Array(bytes, capacity * 18, capacity);
    this.payloads = new Array<object | undefined>(capacity);
  }

  /** Sequence of the last row in use. */
  get lastSeq(): number {
    return this.firstSeq + this.length - 1;
  }

  /** Copies the draft into the next row. The caller has checked that there is one. */
  add(draft: EventDraft): void {
    const kind = KIND_NUMBERS.get(draft.kind);
    if (kind === undefined) throw new TypeError(`no event is called \`${String(draft.kind)}\``);
    const row = this.length++;
    this.kinds[row] = kind;
    this.times[row] = draft.time;
    this.actions[row] = draft.action;
    this.attempts[row] = draft.attempt;
    if (this.runs.length === 0 || this.runs[this.runs.length - 1] !== draft.scope) this.runs.push(draft.scope);
    this.runNumbers[row] = this.runs.length - 1;
    this.payloads[row] = draft.lazy ?? draft.data;
    this.bytes += payloadBytes(draft);
  }

  /** Lets go of every event, so that the rows can be used for others. Only when nobody reads these any more. */
  clear(): void {
    this.runs.length = 0;
    this.payloads.fill(undefined, 0, this.length);
    this.length = 0;
    this.bytes = 0;
    this.sealed = 0;
    this.base = "";
  }

  /** The event of a row, without its place in the chain. */
  eventAt(row: number): LiveEvent {
    const payload: object | undefined = this.payloads[row];
    const draft = {
      kind: EVENT_KINDS[this.kinds[row]!]!,
      time: this.times[row] ?? 0,
      scope: this.runs[this.runNumbers[row]!],
      action: this.actions[row] ?? -1,
      attempt: this.attempts[row] ?? 0,
      data: payload instanceof LazyPayload ? (payload.make() as object) : payload,
    };
    // Kind and payload of one row came from one draft.
    return eventOf(draft as EventDraft, this.firstSeq + row);
  }

  /** Records the hash of the next row that has none. */
  seal(hash: string): void {
    this.hashes ??= new Uint8Array(this.capacity * HASH_BYTES);
    writeHash(this.hashes, this.sealed++ * HASH_BYTES, hash);
  }

  /** Puts another payload in a row that is not sealed yet. */
  replacePayload(row: number, data: object): void {
    this.payloads[row] = data;
  }

  /** Hash of a sealed row; of the event before the chunk when `row` is -1. */
  hashAt(row: number): string {
    if (row < 0 || this.hashes === undefined) return this.base;
    return readHash(this.hashes, row * HASH_BYTES);
  }
}
