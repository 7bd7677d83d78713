import type { CarEvent } from "../event/car-event.js";
import type { EventDataOf } from "../event/event-data-of.js";
import type { EventKind } from "../event/event-kind.js";
import type { BareKind } from "../event/empty-payload.js";
import type { LazyPayload } from "../event/lazy-payload.js";

/**
 * What the events of one run share. A log keeps the reference and asks for the texts when it needs them; they never
 * change.
 */
export interface RunScope {
  readonly run_id: string;
  readonly proposal_id: string;
  /** On whose behalf it runs. */
  readonly principal: string;
  /** 32 hex characters. */
  readonly trace_id: string;
  /** Distinguishes this run's spans from others of its trace; 8 hex characters, not all zero. */
  readonly span_prefix: string;
  /** Action ids in proposal order. */
  readonly action_ids: readonly string[];
}

/** What a draft says beside its kind and its payload. */
interface DraftPlace {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Absent for events that belong to no run, such as `config_changed`. */
  readonly scope?: RunScope | undefined;
  /** Index into `scope.action_ids`, or -1. */
  readonly action: number;
  /** 1 for the first try, 0 when the event is about no attempt. */
  readonly attempt: number;
  /** Makes what `data` reads as: a log that keeps it instead need not have the payload made. */
  readonly lazy?: LazyPayload | undefined;
}

/** Nobody changes it any more. It may be left out, for `{}`, where `{}` is a payload of that kind. */
type DraftPayload<K extends EventKind> = K extends BareKind
  ? { readonly data?: EventDataOf[K] | undefined }
  : { readonly data: EventDataOf[K] };

/** An event before the log has numbered it. The object may be reused by the caller; its `data` never changes. */
export type EventDraft = {
  [K in EventKind]: DraftPlace & { readonly kind: K } & DraftPayload<K>;
}[EventKind];

/** An event of one of these kinds before the log has numbered it. */
export type DraftOf<K extends EventKind> = Extract<EventDraft, { readonly kind: K }>;

/** The end of a chain: whoever has it can tell whether anything before it was touched. */
export interface LogHead {
  readonly seq: number;
  readonly hash: string;
  /** Ed25519, base64url, over `"<seq>:<hash>"`. */
  readonly signature?: string;
}

/** What `read` gives back. */
export interface ReadOptions {
  /** First sequence, inclusive. Default: the oldest that is kept. */
  readonly from?: number;
  /** Last sequence, inclusive. */
  readonly to?: number;
}

/**
 * Why a log is flushed: before an action whose effect cannot simply be forgotten is made, or before a run is confirmed.
 * A log may do less for the first, where its durability says so.
 */
export type FlushReason = "action" | "commit";

/**
 * Where events go. Appending is cheap and synchronous; numbering, hashing and writing may come later, in batches.
 * Rules EL-* are in `packages/eventlog/SPEC.md`; `testEventLog` of `@car/conformance` checks them.
 */
export interface EventLog {
  readonly supports: {
    /** After `flush` the events survive the process. */
    readonly durable: boolean;
  };
  /**
   * Adds one event and returns its sequence.
   * @throws `CAR_LOG_CLOSED` after `close()`, `CAR_LOG_WRITE_FAILED` once a write has failed.
   */
  append(draft: EventDraft): number;
  /**
   * Settles when everything appended before is where the log keeps it; returns nothing when that is so already.
   * Without a `reason` it is a commit.
   * @throws `CAR_LOG_WRITE_FAILED` (or rejects with it) when the medium refused, `CAR_LOG_FENCED` when another process
   * has taken the log over.
   */
  flush(reason?: FlushReason): void | Promise<void>;
  /** Events in ascending sequence, up to the end at the time of the call. */
  read(options?: ReadOptions): AsyncIterable<CarEvent>;
  /** Sequence and hash of the last event; `{seq: 0, hash: 64 zeros}` for an empty log. */
  head(): Promise<LogHead>;
  /** Flushes and frees. The second call does nothing. */
  close(): Promise<void>;
}
