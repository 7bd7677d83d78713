import type { ProposalInput, ProposalResult, ToolSchema } from "@car/ir";
import type {
  Clock,
  Executor,
  Inference,
  InferenceMessage,
  InferenceRequest,
  InferenceToolCall,
  Tool,
} from "@car/ir/ports";
import type { ExecuteOptions } from "@car/engine";
import type { AgentLimits } from "./agent-limits.js";

/** What an agent reads of a verification. The report of `@car/validator` has it. */
export interface AgentVerification {
  readonly valid: boolean;
  readonly issues: readonly {
    readonly action_id?: string;
    readonly severity: "error" | "warning" | "info";
    readonly code: string;
    readonly message: string;
  }[];
}

/** The part of a runtime that an agent uses. */
export interface AgentRuntime {
  tools(): readonly ToolSchema[];
  verify(proposal: unknown, options?: Pick<ExecuteOptions, "principal">): Promise<AgentVerification>;
  execute(proposal: unknown, options?: ExecuteOptions): Promise<ProposalResult>;
}

/** What an agent is made of. Either `runtime` or `tools` is needed, not both. */
export interface AgentOptions {
  readonly model: Inference;
  /** What the model is to reach, in words. The first user message. */
  readonly goal: string;
  /** Checks and runs what the model proposes. It stays open. */
  readonly runtime?: AgentRuntime;
  /** Without `runtime`: the tools of a runtime with default options, closed at the end. */
  readonly tools?: readonly Tool[];
  /** Names of the tools that the model may call. Default: all, but those that only compensate others. */
  readonly offer?: readonly string[];
  /** Text before the agent's own instructions in the system message. */
  readonly system?: string;
  readonly limits?: AgentLimits;
  /** How a failed call affects the others of its turn. Default `skip`: each call gets its own answer. `abort`: all are undone. */
  readonly failureBehavior?: "abort" | "retry" | "skip";
  /** Lets calls of one turn use each other's outputs (`$ID.output`). Default: what the model passes is literal. */
  readonly references?: boolean;
  /** Changes a turn's proposal before it is verified, for example to add dependencies between its calls. */
  readonly plan?: (proposal: ProposalInput) => ProposalInput;
  /** The model's name, passed on with each request. */
  readonly modelName?: string;
  readonly params?: InferenceRequest["params"];
  /** Ends the agent: a run in flight is aborted and undone. */
  readonly signal?: AbortSignal;
  readonly principal?: string;
  readonly executor?: Executor;
  /** Source of time for the agent's own bounds. Default: the platform's. */
  readonly clock?: Clock;
}

/** Names of all options: what is misspelt is refused. */
export const AGENT_OPTIONS = [
  "model",
  "goal",
  "runtime",
  "tools",
  "offer",
  "system",
  "limits",
  "failureBehavior",
  "references",
  "plan",
  "modelName",
  "params",
  "signal",
  "principal",
  "executor",
  "clock",
] as const satisfies readonly (keyof AgentOptions)[];

/**
 * Why an agent ended.
 * - `goal_reached`: the model answered with text and called no tool.
 * - `max_turns`, `max_tool_calls`, `max_tokens`: that limit; calls that would break it were not made. `max_tokens` also
 *   when the model's own limit has cut its answers short `maxRepeats` times in a row.
 * - `time`: `maxDurationMs` is over.
 * - `canceled`: by the caller's signal.
 * - `model_failed`: the model could not answer, not in time, or not in the form of the port, or gave nothing whole `maxRepeats` times in a row.
 * - `policy_denied_repeatedly`: the same calls were denied `maxRepeats` times.
 * - `no_progress`: the same calls were refused or failed `maxRepeats` times.
 * - `suspended`: a run waits for an approval.
 * - `runtime_failed`: the runtime was closed or overloaded, or threw.
 */
export type AgentStop =
  | "goal_reached"
  | "max_turns"
  | "max_tool_calls"
  | "max_tokens"
  | "time"
  | "canceled"
  | "model_failed"
  | "policy_denied_repeatedly"
  | "no_progress"
  | "suspended"
  | "runtime_failed";

/** One answer of the model, and what became of it. */
export interface AgentTurn {
  readonly text: string;
  readonly calls: readonly InferenceToolCall[];
  /** What the calls were made into; absent when there were none or they could not be read. */
  readonly proposal?: ProposalInput;
  /** Why nothing of this turn was run. Empty when it was. */
  readonly problems: readonly TurnProblem[];
  /** Absent when nothing was run. */
  readonly result?: ProposalResult;
}

/** Something that kept a turn's calls from being run. */
export interface TurnProblem {
  /** Index into the turn's calls; absent when it concerns all of them. */
  readonly call?: number;
  readonly code: string;
  readonly message: string;
}

/** What an agent used. */
export interface AgentUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Calls in the proposals that were executed. */
  readonly tool_calls: number;
}

/** What an agent came to. */
export interface AgentResult {
  readonly stop: AgentStop;
  /** The model's last text; with `goal_reached` its answer. */
  readonly text: string;
  readonly turns: readonly AgentTurn[];
  readonly usage: AgentUsage;
  /** The whole conversation. */
  readonly messages: readonly InferenceMessage[];
  /** With `model_failed` and `runtime_failed`: why. */
  readonly error?: Error;
}
