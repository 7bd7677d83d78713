import type { JsonObject } from "../json/json-value.js";
import type { EventKind } from "./event-kind.js";

/** A fact in a log, past tense, never changed. */
export interface CarEvent {
  readonly format_version: 1;
  /** Position in its log, from 1, without gaps. */
  readonly seq: number;
  readonly kind: EventKind;
  /** RFC 3339, UTC, milliseconds. */
  readonly timestamp: string;
  readonly run_id?: string;
  readonly proposal_id?: string;
  readonly action_id?: string;
  /** 1 for an action's first try. */
  readonly attempt?: number;
  /** 32 hex characters, W3C trace context. */
  readonly trace_id: string;
  /** 16 hex characters, W3C trace context. */
  readonly span_id: string;
  /** The facts; `event-data.ts` has the shape for each kind. */
  readonly data: JsonObject;
  /**
   * Digest of the payload that was sealed; present only when `data` is not that payload: `{}` when it was erased,
   * something shorter when it was redacted or clipped for this reading.
   */
  readonly data_digest?: string;
  /** `hash` of the event before; 64 zeros for the first. */
  readonly prev_hash: string;
  /** SHA-256 over the canonical JSON of the other fields, with `data` replaced by its digest. */
  readonly hash: string;
}

/** An event as a subscriber sees it the moment it happens, before the log is sealed. */
export type LiveEvent = Omit<CarEvent, "data_digest" | "prev_hash" | "hash">;
