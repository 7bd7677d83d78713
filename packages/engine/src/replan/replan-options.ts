import { type ActionProposal, type ActionResult, ConfigInvalidError, type ProposalResult, type Reason } from "@car/ir";
import type { StateView } from "@car/ir/ports";

/** One proposal of a chain of replans, and what became of it. */
export interface ReplanTry {
  /** Absent when the input could not be parsed. */
  readonly proposal: ActionProposal | undefined;
  /** Of a proposal that verification stopped: `rejected`, its `reasons` what was found. */
  readonly result: ProposalResult;
}

/** What a `replan` callback is told. */
export interface ReplanAttempt {
  /** How often the callback has been asked in this chain, this time included. */
  readonly attempt: number;
  /** How often it will be asked after this, at most. */
  readonly attemptsLeft: number;
  /** Why the last proposal failed. */
  readonly cause: Reason;
  /** Of the last proposal. `external_effects_remain` says whether something outside the state is left of it. */
  readonly result: ProposalResult;
  /** Actions of the last proposal that were refused, or that ran and failed. */
  readonly failed: readonly ActionResult[];
  /** Actions of the last proposal that had succeeded. What they did to the state is undone. */
  readonly completed: readonly ActionResult[];
  /** The committed state as the question was asked. Must not be read once the callback has answered. */
  readonly state: Omit<StateView, "release">;
  /** Every proposal so far, oldest first, the last one included. */
  readonly earlier: readonly ReplanTry[];
  /** Aborts when the answer is not wanted any more. */
  readonly signal: AbortSignal;
}

/** How failed proposals are replaced. */
export interface ReplanOptions {
  /**
   * Gives the next proposal (anything that `execute` takes), or `undefined` to give up. Its time is bounded by
   * `limits.replan_timeout_ms`.
   */
  readonly replan: (attempt: ReplanAttempt) => unknown;
  /** How often `replan` is asked at most, 0 to 1,000. Default 3. */
  readonly maxReplans?: number;
  /** Verifies each proposal, the first included; what verification finds wrong is refused and counts as failed. Default false. */
  readonly verifyFirst?: boolean;
}

/**
 * Why a chain of replans ended.
 * - `committed`: the last proposal did.
 * - `canceled`: by the caller's signal.
 * - `suspended`: the last run waits for an approval.
 * - `gave_up`: the callback had no further proposal.
 * - `replans_exhausted`: the callback had been asked `maxReplans` times.
 * - `repeated_proposal`: the callback proposed again what had failed. It was not run.
 * - `replan_failed`: the callback threw.
 * - `replan_timeout`: the callback did not answer in time.
 * - `runtime_failed`: the runtime was closed or overloaded, or its log or store failed.
 */
export type ReplanStop =
  | "committed"
  | "canceled"
  | "suspended"
  | "gave_up"
  | "replans_exhausted"
  | "repeated_proposal"
  | "replan_failed"
  | "replan_timeout"
  | "runtime_failed";

/** What a chain of replans came to. */
export interface ReplanResult {
  readonly stop: ReplanStop;
  /** Of the last proposal that was tried. */
  readonly result: ProposalResult;
  /** Every proposal that was tried, oldest first. */
  readonly tries: readonly ReplanTry[];
  /** True when any run of the chain left something outside the state, also when a later one committed. */
  readonly externalEffectsRemain: boolean;
  /** With `replan_failed` and `runtime_failed`: what was thrown. */
  readonly error?: Error;
}

/** Names of the options of a chain of replans. */
export const REPLAN_OPTIONS = [
  "replan",
  "maxReplans",
  "verifyFirst",
] as const satisfies readonly (keyof ReplanOptions)[];

const DEFAULT_REPLANS = 3;
const MAX_REPLANS = 1_000;

/** The number of replans, checked. Throws `ConfigInvalidError`. */
export function maxReplansOf({ replan, maxReplans = DEFAULT_REPLANS }: ReplanOptions): number {
  if (typeof replan !== "function") throw new ConfigInvalidError("`replan` must be a function");
  if (Number.isInteger(maxReplans) && maxReplans >= 0 && maxReplans <= MAX_REPLANS) return maxReplans;
  throw new ConfigInvalidError(`maxReplans is ${maxReplans}, it must be a whole number from 0 to ${MAX_REPLANS}`);
}
