import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { Reason } from "../result/reason.js";

/** Payload of `action_executing`. */
export type ActionExecutingData = {
  /** What the call gets, references resolved; absent when that is what the proposal has. */
  readonly parameters?: JsonObject;
};

/** Payload of `action_succeeded`. */
export type ActionSucceededData = {
  /** Null when the tool returned nothing. */
  readonly output: JsonValue;
  /** Sum of the attempts' durations, in milliseconds; 0 for a stored answer. */
  readonly duration_ms: number;
  /** Of a `state_read`: whether the key held anything, and its committed version (0: none). */
  readonly read?: { readonly found: boolean; readonly version: number };
  /** The receipt that answers for the same call from now on; `lasting` ones survive the rollback of their run. */
  readonly receipt?: { readonly key: string; readonly lasting: boolean };
  /** Data-flow labels of the output; absent when it has none. */
  readonly labels?: readonly string[];
};

/** Payload of `action_failed`. */
export type ActionFailedData = {
  /** Why, and as far as is known what the call did all the same (`outcome`). */
  readonly reason: Reason;
  /** Sum of the attempts' durations, in milliseconds. Absent when another attempt follows: the action goes on. */
  readonly duration_ms?: number;
  /** Data-flow labels of what the failure may tell; absent when there are none, and when another attempt follows. */
  readonly labels?: readonly string[];
};

/** Payload of `action_rejected` and `action_skipped`. */
export type ActionStoppedData = {
  /** Why; in a skip it names the action that caused it. */
  readonly reason: Reason;
  /** Sum of the attempts' durations, in milliseconds; 0 when it was never tried. */
  readonly duration_ms: number;
};

/** Payload of `action_retrying`. */
export type ActionRetryingData = {
  /** Number of the attempt that is to follow; the event's own `attempt` is the one that failed. */
  readonly next_attempt: number;
  /** Pause before it, in milliseconds. */
  readonly delay_ms: number;
};

/** Payload of `action_in_doubt`. */
export type ActionInDoubtData = {
  /** What is known, and why the call is not simply made again. */
  readonly reason: Reason;
  /**
   * What the host answered when a recovered run asked: it did not work, it may be made again, or it worked and gave an
   * output. Absent when nobody was asked; what a probe has answered is in `action_probed`.
   */
  readonly answer?: "failed" | "rerun" | "output";
};

/** Payload of `late_result_dropped`. */
export type LateResultDroppedData = {
  /** Number of the attempt that answered too late. */
  readonly attempt: number;
  /** Time since its action had ended, in milliseconds. */
  readonly late_by_ms: number;
};

/** Payload of `effect_mismatch`. */
export type EffectMismatchData = {
  /** The state key. */
  readonly key: string;
  /** What the action's `expected_effects` say. */
  readonly claimed: JsonValue;
  /** What the tool wrote, and what counts; null when it deleted the key. */
  readonly reported: JsonValue;
  /** The tool deleted the key. */
  readonly deleted: boolean;
};
