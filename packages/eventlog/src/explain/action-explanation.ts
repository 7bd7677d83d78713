import type { EventKind, JsonValue, ProposalStatus, Reason } from "@car/ir";

/** How an action ended, as far as the log tells. `unfinished`: it began, and the log has no end of it. */
export type ExplainedOutcome = "succeeded" | "failed" | "rejected" | "skipped" | "unfinished";

/** One event in the life of an action. */
export interface ExplainedEvent {
  readonly seq: number;
  readonly timestamp: string;
  readonly kind: EventKind;
  readonly attempt?: number;
  /** For people; see `describeEvent`. */
  readonly text: string;
}

/** One link of the chain that leads from an action's end to the first cause. */
export interface ExplainedCause {
  readonly action_id: string;
  readonly outcome: ExplainedOutcome;
  readonly reason?: Reason;
}

/** Why an action of a run ended as it did. */
export interface ActionExplanation {
  readonly action_id: string;
  readonly run_id: string;
  readonly proposal_id?: string;
  /** The tool that was called; of an action that calls none, its type. */
  readonly tool?: string;
  /** Resolved, if it was started; the values of secrets are hidden. */
  readonly parameters?: JsonValue;
  readonly outcome: ExplainedOutcome;
  /** What came out of it; the values of secrets are hidden. */
  readonly output?: JsonValue;
  readonly reason?: Reason;
  /** Highest attempt that the log mentions; 0 when it was never tried. */
  readonly attempts: number;
  /** Rules that denied it, or asked for an approval, in order of appearance. */
  readonly policies: readonly string[];
  /** Its events, in order. */
  readonly timeline: readonly ExplainedEvent[];
  /** What it goes back to, nearest first: skipped because of X, which failed because of Y. */
  readonly causes: readonly ExplainedCause[];
  /** Its run: absent `status` means that the log has no end of it. */
  readonly run: { readonly status?: ProposalStatus; readonly cause?: Reason };
  /** True when it succeeded and its run then did not commit. */
  readonly rolled_back: boolean;
  /** Present when a compensation was due: whether it succeeded. */
  readonly compensated?: boolean;
}
