import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { ExternalEffects } from "../result/proposal-result.js";
import type { Reason } from "../result/reason.js";

/** Payload of `compensation_started`. */
export type CompensationStartedData = {
  /** The tool that undoes the action. */
  readonly tool: string;
  /** What it gets, references resolved. */
  readonly parameters: JsonObject;
};

/** Payload of `compensation_succeeded`. */
export type CompensationSucceededData = {
  /** The tool that undid the action. */
  readonly tool: string;
  /** What it gave. */
  readonly output: JsonValue;
  /** Attempts that it took, the last one included. */
  readonly attempts: number;
};

/** Payload of `compensation_failed`. */
export type CompensationFailedData = {
  /** The tool that was to undo the action. */
  readonly tool: string;
  /** Why the effect remains. */
  readonly reason: Reason;
  /** Attempts made; 0 when a gate refused the call, or it could not be made. */
  readonly attempts: number;
};

/** Payload of `undo_completed`. */
export type UndoCompletedData = {
  /** Actions whose effect is undone, of the run and of those that its tools had started. */
  readonly undone: readonly { readonly run_id: string; readonly action_id: string }[];
  /** What is left outside of the run and of those that its tools had started. */
  readonly external_effects: ExternalEffects;
};
