import type { ActionResult } from "./action-result.js";
import type { Reason } from "./reason.js";

/** How a run ended. `suspended` runs wait for an approval. */
export type ProposalStatus = "committed" | "rolled_back" | "rejected" | "suspended" | "canceled";

/**
 * What a run that did not commit may have left outside the state store: nothing, something that was done and not undone
 * (`remain`), or nobody knows (`unknown`). `none` for a run that committed.
 */
export type ExternalEffects = "none" | "remain" | "unknown";

/** What a run did and how long it took. */
export type CostSummary = {
  /** Attempts at calls of tools. */
  readonly tool_calls: number;
  /** Actions with at least one attempt. */
  readonly actions_executed: number;
  /** Actions that a gate refused, or all of them when the proposal was. */
  readonly actions_rejected: number;
  /** Actions that were never tried. */
  readonly actions_skipped: number;
  /** Attempts beyond the first of each action. */
  readonly retries: number;
  /** Sum of the attempts' durations, in milliseconds. */
  readonly total_duration_ms: number;
  /** From `execute` to its answer, in milliseconds. */
  readonly wall_ms: number;
};

/** The outcome of one execution of a proposal. */
export interface ProposalResult {
  readonly proposal_id: string;
  /** 32 hex characters; names this execution. */
  readonly run_id: string;
  /** SHA-256 of the canonical proposal without `id` and `timestamp`; empty when the input could not be parsed. */
  readonly proposal_hash: string;
  readonly status: ProposalStatus;
  /** One per action, in the proposal's order. */
  readonly results: readonly ActionResult[];
  /** The first cause of a rollback, cancelation or refusal. */
  readonly cause?: Reason;
  /** For a refused proposal: every problem found. */
  readonly reasons: readonly Reason[];
  readonly cost: CostSummary;
  readonly trace_id: string;
  readonly external_effects: ExternalEffects;
  /** True unless `external_effects` is `none`. */
  readonly external_effects_remain: boolean;
}
