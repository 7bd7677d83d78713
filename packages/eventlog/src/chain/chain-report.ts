import type { LogHead } from "@car/ir/ports";

/** What can be wrong with a chain. Stable within a major version. */
export type ChainProblemCode =
  /** The events could not be read: `CAR_LOG_CORRUPT`. */
  | "unreadable"
  /** An event is not an event: a field is missing or has the wrong type, or it is not JSON. */
  | "malformed_event"
  /** The first event is not the log's first, and `partial` was not allowed. */
  | "start_missing"
  /** A sequence does not follow the one before: something was removed, repeated or moved. */
  | "sequence_broken"
  /** `prev_hash` is not the hash of the event before. */
  | "link_broken"
  /** `hash` is not the hash of the event. */
  | "hash_mismatch"
  /** The event shows another payload than the one that was sealed, and `redacted` was not allowed. */
  | "payload_replaced"
  /** The events end before the head. */
  | "truncated"
  /** The last event is not the head's. */
  | "head_mismatch"
  /** The head has no signature that the verifier accepts. */
  | "signature_invalid";

/** The first thing that is wrong with a chain. */
export interface ChainProblem {
  /** Sequence of the event concerned; where an event is missing or has no sequence, the one expected there. */
  readonly seq: number;
  readonly code: ChainProblemCode;
  readonly message: string;
}

/** What `verifyChain` found. */
export interface ChainReport {
  /** True when nothing was edited, removed, repeated, moved or added. Without a head, a missing end is not seen. */
  readonly valid: boolean;
  /** Events that were verified. */
  readonly events: number;
  /** Sequence of the first event; 1 for an empty log. */
  readonly from: number;
  /** Sequence and hash of the last event that was verified. */
  readonly head: LogHead;
  /** True when the chain begins with the log's first event. */
  readonly complete: boolean;
  /** Events whose payload was erased or redacted: the chain covers that they happened, not what they show. */
  readonly withheld: number;
  readonly problem?: ChainProblem;
}
