import type { JsonObject, JsonValue } from "@car/ir";

/** A call that had begun when the process ended, and whose outcome nobody recorded. */
export interface InDoubtAction {
  readonly run_id: string;
  readonly proposal_id: string;
  readonly action_id: string;
  readonly tool: string;
  /** As the call got them. */
  readonly parameters: JsonObject;
  readonly principal: string;
  /** The attempt that is in doubt, from 1. */
  readonly attempt: number;
  /** The call was to undo the action: `failed` then means that its effect remains. */
  readonly is_compensation: boolean;
  /** The key that the call had; ask the other side about it. */
  readonly idempotency_key: string;
}

/**
 * What to make of a call in doubt: it did not work (`failed`, the default: the run goes on as after any failure, and
 * says that external effects may remain), it worked and gave this output, or it may safely be made again (`rerun`).
 */
export type InDoubtAnswer = "failed" | "rerun" | { readonly output: JsonValue };

/** Finds out, perhaps by asking the other side. What it throws counts as `failed`. */
export type OnInDoubt = (action: InDoubtAction) => InDoubtAnswer | Promise<InDoubtAnswer>;
