import type { ProposalStatus } from "../result/proposal-result.js";
import type { Reason } from "../result/reason.js";

/** Where a proposal stands in a chain of replans. */
export type ReplacedRun = {
  /** The run of the chain's first proposal. */
  readonly root_run_id: string;
  /** The run of the proposal that this one replaces. */
  readonly previous_run_id: string;
  /** 1 for the first replan of the chain. */
  readonly attempt: number;
};

/** Payload of `replan_requested`: the run `previous_run_id` failed. */
export type ReplanRequestedData = ReplacedRun & {
  /** How often another proposal may be asked for after this. */
  readonly attempts_left: number;
  /** Of the proposal that failed; empty when it could not be parsed. */
  readonly proposal_hash: string;
  /** How its run ended. */
  readonly status: ProposalStatus;
  /** Why. */
  readonly cause?: Reason;
};

/** Payload of `replan_succeeded`: run `run_id` committed in the place of `previous_run_id`. */
export type ReplanSucceededData = ReplacedRun & {
  /** The run that committed. */
  readonly run_id: string;
  /** Of the proposal that committed. */
  readonly proposal_hash: string;
};

/** Payload of `replan_exhausted`; `previous_run_id` is the chain's last run. */
export type ReplanExhaustedData = ReplacedRun & {
  /** Of the last proposal that was tried, or that would have been. */
  readonly proposal_hash: string;
  /** Why nothing more is tried. */
  readonly stop:
    | "canceled"
    | "gave_up"
    | "replans_exhausted"
    | "repeated_proposal"
    | "replan_failed"
    | "replan_timeout"
    | "runtime_failed";
};
