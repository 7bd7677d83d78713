import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { Reason } from "./reason.js";

/** How one action ended. */
export type ActionStatus = "succeeded" | "failed" | "rejected" | "skipped" | "waiting";

/** The outcome of one action. */
export interface ActionResult {
  readonly action_id: string;
  readonly status: ActionStatus;
  /** Present when the action succeeded. */
  readonly output?: JsonValue;
  /** The reason's message, for people. */
  readonly error?: string;
  readonly reason?: Reason;
  /** Keys this action set, with their new values. */
  readonly state_changes: JsonObject;
  /** Keys this action deleted. */
  readonly state_deletes: readonly string[];
  /** Attempts made; 0 when the action was never tried. */
  readonly attempts: number;
  /** Time spent inside the attempts, in milliseconds. */
  readonly duration_ms: number;
  /** What a `state_read` met; `version` is the committed version of the key, 0 when it has none. */
  readonly read?: { readonly found: boolean; readonly version: number };
  readonly deduplicated: boolean;
  readonly cached: boolean;
  readonly rolled_back: boolean;
  /** Present when a compensation was due: whether it succeeded. */
  readonly compensated?: boolean;
  /** RFC 3339 time at which the action ended. */
  readonly timestamp: string;
}
