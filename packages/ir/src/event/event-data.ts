import type { BudgetInput } from "../config/budget.js";
import type { Capabilities } from "../config/capabilities.js";
import type { Limits } from "../config/limits.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { CostSummary, ExternalEffects, ProposalStatus } from "../result/proposal-result.js";
import type { Reason } from "../result/reason.js";
import type { Origin } from "../state/state-entry.js";
import type { ToolSchema } from "../tool/tool-schema.js";

/** One key's change. Without `value` the key was deleted. */
export interface Transition {
  readonly key: string;
  readonly value?: JsonValue;
  readonly origin: Origin;
  /** Data-flow labels of the value, if it has any. */
  readonly labels?: readonly string[];
}

/** `proposal_received`: the proposal, whole; later events of the run refer to it. */
export interface ProposalReceivedData {
  readonly proposal: JsonObject;
  readonly proposal_hash: string;
  readonly principal: string;
  readonly config_version: number;
  /** Names the set of rules; null when there is no policy, absent when the input could not be parsed. */
  readonly policy_version?: string | null;
  readonly parent_run_id?: string;
  readonly parent_action_id?: string;
  /** Present when this proposal was made because another one had failed. */
  readonly replaces?: ReplacedRun;
  /** Session in which it was proposed. */
  readonly session_id?: string;
  /** Data-flow labels of what the model had been shown; absent when there were none. */
  readonly context_labels?: readonly string[];
}

/** Where a proposal stands in a chain of replans. */
export interface ReplacedRun {
  /** The run of the chain's first proposal. */
  readonly root_run_id: string;
  /** The run of the proposal that this one replaces. */
  readonly previous_run_id: string;
  /** 1 for the first replan of the chain. */
  readonly attempt: number;
}

/** `replan_requested`: the run `previous_run_id` failed, and a new proposal is asked for. Belongs to no run. */
export interface ReplanRequestedData extends ReplacedRun {
  readonly attempts_left: number;
  /** Of the proposal that failed; empty when it could not be parsed. */
  readonly proposal_hash: string;
  readonly status: ProposalStatus;
  readonly cause?: Reason;
}

/** `replan_succeeded`: run `run_id` committed in the place of `previous_run_id`, which ends the chain. Belongs to no run. */
export interface ReplanSucceededData extends ReplacedRun {
  readonly run_id: string;
  /** Of the proposal that committed. */
  readonly proposal_hash: string;
}

/** `replan_exhausted`: the chain ended without a commit; `previous_run_id` is its last run. Belongs to no run. */
export interface ReplanExhaustedData extends ReplacedRun {
  /** Of the last proposal that was tried. */
  readonly proposal_hash: string;
  /** Why nothing more is tried, such as `gave_up`. */
  readonly stop: string;
}

/** `proposal_rejected`: everything that is wrong with it. */
export interface ProposalRejectedData {
  readonly reasons: readonly Reason[];
}

/** `proposal_completed`: the last event of a run. Its state changes count when `status` is `committed`. */
export interface ProposalCompletedData {
  readonly status: ProposalStatus;
  readonly cost: CostSummary;
  readonly external_effects: ExternalEffects;
  readonly external_effects_remain: boolean;
  readonly cause?: Reason;
}

/**
 * `state_changed`: in a run, changes of one action that count only if the run commits (an action's events precede
 * its run's `proposal_completed`); without a `run_id`, changes made by the host that count at once.
 */
export interface StateChangedData {
  readonly changes: readonly Transition[];
}

/** `state_snapshot`: the whole committed state at that point; replay starts from it. */
export interface StateSnapshotData {
  readonly entries: readonly {
    readonly key: string;
    readonly value?: JsonValue;
    readonly origin: Origin;
    readonly version: number;
    readonly trusted?: { readonly value: JsonValue; readonly origin: Origin };
    readonly labels?: readonly string[];
  }[];
  readonly version: number;
}

/** `state_rollback`: the run's own keys whose changes were dropped. */
export interface StateRollbackData {
  readonly keys: readonly string[];
  readonly cause?: Reason;
}

/** `action_succeeded`. */
export interface ActionSucceededData {
  readonly output: JsonValue;
  readonly duration_ms: number;
  /** Of a `state_read`. */
  readonly read?: { readonly found: boolean; readonly version: number };
  /** The receipt that answers for the same call from now on; `lasting` ones survive the rollback of their run. */
  readonly receipt?: { readonly key: string; readonly lasting: boolean };
  /** Data-flow labels of the output, if it has any. */
  readonly labels?: readonly string[];
}

/** `action_failed`, `action_rejected`, `action_skipped`. */
export interface ActionEndedData {
  readonly reason: Reason;
  readonly duration_ms?: number;
}

/** What judges runs, besides the policy, as far as it is data. */
export interface LoggedConfig {
  readonly tools: readonly ToolSchema[];
  readonly capabilities?: Capabilities;
  readonly budget?: BudgetInput;
  readonly limits: Limits;
  readonly max_concurrency: number;
  readonly schedule: "safe" | "eager";
}

/**
 * `config_changed`. A runtime tells its whole configuration (`runtime_started`) before its first run, and then each
 * change, so that the log alone says what judged a run.
 */
export interface ConfigChangedData {
  readonly change: "runtime_started" | "tool_registered" | "tool_unregistered" | "tool_revoked";
  /** The first 24 characters of the ids of this runtime's runs. */
  readonly runtime: string;
  /** The version that this led to; runs name it. */
  readonly config_version: number;
  /** Name of the tool that changed. */
  readonly tool?: string;
  /** Of a tool that was registered. */
  readonly schema?: ToolSchema;
  /** With `runtime_started`. */
  readonly config?: LoggedConfig;
}

/** `checkpoint_saved`: how much was in it. */
export interface CheckpointSavedData {
  readonly state_version: number;
  readonly entries: number;
  readonly receipts: number;
}

/** `checkpoint_restored`: where the state came from; the `state_snapshot` right after it has the state. */
export interface CheckpointRestoredData {
  /** The end of the log from which the checkpoint was taken. */
  readonly source: { readonly seq: number; readonly hash: string };
  /** Version that the state had there. */
  readonly state_version: number;
  /** Tools that were not the same when the checkpoint was taken. */
  readonly changed_tools: readonly string[];
}

/** `model_fallback`: a model could not answer and the next one is asked. */
export interface ModelFallbackData {
  /** What was asked for: `infer`, `stream`, `classify`. */
  readonly capability: string;
  readonly from: string;
  readonly to: string;
  /** As `kind` of `InferenceFailedError`. */
  readonly kind: string;
  /** What the failed model said, without secrets. */
  readonly message: string;
  /** What the caller said about itself. */
  readonly caller?: JsonObject;
}
