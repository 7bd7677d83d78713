import type { ToolSchema } from "@car/ir";
import type { Clock, InferenceMessage } from "@car/ir/ports";
import type { AgentLimits } from "./agent-limits.js";
import type { AgentOptions, AgentRuntime, AgentStop, AgentTurn } from "./agent-options.js";
import type { Deadline } from "./deadline.js";
import type { Progress } from "./progress.js";

/** An agent while it works. */
export interface Agent {
  readonly options: AgentOptions;
  readonly limits: Required<AgentLimits>;
  readonly runtime: AgentRuntime;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly progress: Progress;
  readonly messages: InferenceMessage[];
  readonly turns: AgentTurn[];
  readonly usage: { input_tokens: number; output_tokens: number; tool_calls: number };
}

/** Why an agent ends. */
export interface AgentEnd {
  readonly stop: AgentStop;
  readonly error?: Error;
}

/** The tools that the model may call, as they are now. */
export function offeredTools({ options: { offer }, runtime }: Agent): readonly ToolSchema[] {
  const tools = runtime.tools();
  if (offer !== undefined) return tools.filter(({ name }) => offer.includes(name));
  const undoing = new Set(tools.map(({ compensation }) => compensation?.tool));
  return tools.filter(({ name }) => !undoing.has(name));
}
