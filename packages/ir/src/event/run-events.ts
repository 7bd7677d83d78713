import type { ActionProposal } from "../proposal/action-proposal.js";
import type { CostSummary, ExternalEffects, ProposalStatus } from "../result/proposal-result.js";
import type { Reason } from "../result/reason.js";
import type { EmptyPayload } from "./empty-payload.js";
import type { ReplacedRun } from "./replan-events.js";

/** Payload of `proposal_received`. */
export type ProposalReceivedData = {
  /** The proposal as parsed, with every default filled in; `{}` when the input was no proposal. */
  readonly proposal: ActionProposal | EmptyPayload;
  /** SHA-256 of what was asked for, without `id` and `timestamp`; empty when the input was no proposal. */
  readonly proposal_hash: string;
  /** On whose behalf it runs. */
  readonly principal: string;
  /** The version of the configuration that judges the run, as the last `config_changed` of its runtime tells. */
  readonly config_version: number;
  /** Names the set of rules; null without a policy, absent for a proposal that never became a run. */
  readonly policy_version?: string | null;
  /** The run whose tool call began this one. */
  readonly parent_run_id?: string;
  /** The action of that run. */
  readonly parent_action_id?: string;
  /** Present when this proposal was made because another one had failed. */
  readonly replaces?: ReplacedRun;
  /** Session in which it was proposed. */
  readonly session_id?: string;
  /** Sequences of the events that told of this session since its last run; absent when there were none. */
  readonly session_told?: readonly number[];
  /** Data-flow labels of what the model had been shown; absent when there were none. */
  readonly context_labels?: readonly string[];
};

/** Payload of `proposal_rejected`. */
export type ProposalRejectedData = {
  /** Everything that is wrong with it, the first cause first. */
  readonly reasons: readonly Reason[];
};

/** An action of a suspended run, and the request that it waits for. */
export type WaitingAction = {
  /** The action. */
  readonly action_id: string;
  /** Names the request in the host's approval store. */
  readonly approval_id: string;
};

/** Payload of `proposal_suspended`. */
export type ProposalSuspendedData = {
  /** The actions that wait for an approval, in the proposal's order. */
  readonly waiting: readonly WaitingAction[];
  /** By key, the committed version that the run had read, 0 for a key that had none. Compared when it is resumed. */
  readonly versions: Readonly<Record<string, number>>;
};

/** Payload of `proposal_resumed`. */
export type ProposalResumedData = {
  /** What it had been put down by: the wait for an `approval`, or the end of its process (`crash`). */
  readonly after: "approval" | "crash";
  /** With `crash`: whether what was not done is done now (`resume`), or what was done is undone. */
  readonly unfinished?: "resume" | "rollback";
};

/** Payload of `proposal_canceled`. */
export type ProposalCanceledData = {
  /** Why; its code is `canceled`. */
  readonly reason: Reason;
};

/** Payload of `proposal_completed`. */
export type ProposalCompletedData = {
  /** Never `suspended`. The run's state changes count when it is `committed`, and otherwise never. */
  readonly status: ProposalStatus;
  /** What the run did and how long it took. */
  readonly cost: CostSummary;
  /** What may be left outside the state store of a run that did not commit. */
  readonly external_effects: ExternalEffects;
  /** True unless `external_effects` is `none`. */
  readonly external_effects_remain: boolean;
  /** The first cause of a rollback, a cancelation or a refusal. */
  readonly cause?: Reason;
};
