import type {
  ActionStatus,
  ErrorClass,
  ExternalEffects,
  JsonObject,
  JsonValue,
  ProposalStatus,
  ReasonCode,
} from "@car/ir";
import type { ModelMemory } from "./world.js";

/** What the model says about one action. Names are those of the wire. */
export interface ModelActionOutcome {
  readonly action_id: string;
  readonly status: ActionStatus;
  readonly code?: ReasonCode;
  /** Class of the failure that ended it, where the contract says which. */
  readonly class?: ErrorClass;
  /** What a call that did not succeed may have done outside; absent when nothing. */
  readonly outcome?: "unknown" | "acted";
  /** Name of the limit that refused it, where there is one. */
  readonly limit?: string;
  /** For `dependency_unsuccessful`: the actions that may be named as the cause. */
  readonly blamed?: readonly string[];
  readonly attempts: number;
  readonly output?: JsonValue;
  readonly state_changes: JsonObject;
  readonly state_deletes: readonly string[];
  readonly read?: { readonly found: boolean; readonly version: number };
  readonly deduplicated: boolean;
  readonly cached: boolean;
  readonly rolled_back: boolean;
  readonly compensated?: boolean;
  /** Virtual milliseconds since the start of the run; absent when it never started. */
  readonly started_at?: number;
  readonly finished_at?: number;
}

/** One call of a tool, in the order of calling. */
export interface ModelCall {
  readonly tool: string;
  /** Absent when the call undoes another. */
  readonly action_id?: string;
  readonly attempt: number;
  readonly parameters: JsonObject;
  /** Virtual milliseconds since the start of the run. */
  readonly at: number;
}

/** A problem that refuses a proposal whole. */
export interface AdmissionProblem {
  readonly code: ReasonCode;
  readonly action_id?: string;
  readonly message: string;
}

/** What the model says about a run. */
export interface ModelOutcome {
  readonly status: ProposalStatus;
  readonly actions: readonly ModelActionOutcome[];
  readonly problems: readonly AdmissionProblem[];
  /** Why it was not committed. */
  readonly cause?: { readonly code: ReasonCode; readonly action_id?: string };
  readonly calls: readonly ModelCall[];
  readonly external_effects: ExternalEffects;
  readonly cost: {
    readonly tool_calls: number;
    readonly actions_executed: number;
    readonly actions_rejected: number;
    readonly actions_skipped: number;
    readonly retries: number;
  };
  readonly wall_ms: number;
  /**
   * True when the contract leaves something open that matters: two things happened at the same instant, several actions had
   * waited for one tool or for one answer, only some of what a budget cannot pay may abort, or a size is close to its limit.
   */
  readonly undecided: boolean;
  readonly memory: ModelMemory;
}
