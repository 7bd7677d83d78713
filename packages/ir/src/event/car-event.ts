import type { JsonObject } from "../json/json-value.js";
import type { EventDataOf } from "./event-data-of.js";
import type { EventKind } from "./event-kind.js";

/** What an event has beside its payload and its place in the chain. */
export interface EventEnvelope<K extends EventKind = EventKind> {
  /** The only version so far. */
  readonly format_version: 1;
  /** Position in its log, from 1, without gaps. */
  readonly seq: number;
  /** What happened; decides what `data` is. A log of a newer version may have kinds that are not listed here. */
  readonly kind: K;
  /** RFC 3339, UTC, milliseconds. */
  readonly timestamp: string;
  /** The run it is about; absent for what belongs to no run. 32 hex characters. */
  readonly run_id?: string;
  /** That run's proposal. */
  readonly proposal_id?: string;
  /** The action it is about. */
  readonly action_id?: string;
  /** The attempt it is about: 1 for an action's first try. */
  readonly attempt?: number;
  /** 32 hex characters, W3C trace context. */
  readonly trace_id: string;
  /** 16 hex characters, W3C trace context. */
  readonly span_id: string;
}

/** An event's place in the chain of its log. */
export interface EventSeal {
  /** `hash` of the event before; 64 zeros for the first. */
  readonly prev_hash: string;
  /** SHA-256 over the canonical JSON of the other fields, with `data` replaced by its digest. */
  readonly hash: string;
}

interface Sealed<K extends EventKind> extends EventEnvelope<K>, EventSeal {
  /** The facts, which `payloadOf` gives; with a `data_digest` what is shown in their place. */
  readonly data: EventDataOf[K] | JsonObject;
  /**
   * Digest of the payload that was sealed; present only when `data` is not that payload: `{}` when it was erased,
   * something shorter when it was redacted or clipped for this reading.
   */
  readonly data_digest?: string;
}

interface Live<K extends EventKind> extends EventEnvelope<K> {
  /** The facts. */
  readonly data: EventDataOf[K];
}

/** A fact in a log, past tense, never changed. Its `kind` says what `payloadOf` gives. */
export type CarEvent = { [K in EventKind]: Sealed<K> }[EventKind];

/** An event of one of these kinds, as a log has it. */
export type EventOf<K extends EventKind> = Extract<CarEvent, { readonly kind: K }>;

/** An event as a subscriber sees it the moment it happens, before the log is sealed. Its `kind` says what `data` is. */
export type LiveEvent = { [K in EventKind]: Live<K> }[EventKind];

/** An event of one of these kinds, as a subscriber sees it. */
export type LiveEventOf<K extends EventKind> = Extract<LiveEvent, { readonly kind: K }>;
