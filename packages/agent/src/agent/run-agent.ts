import { createRuntime } from "@car/engine";
import { systemClock } from "@car/engine/internal";
import { CarError, ConfigInvalidError, type InferenceFailedError } from "@car/ir";
import { assertKnownOptions, assertOptionTypes, finishReasonOf } from "@car/ir/internal";
import type { Agent, AgentEnd } from "./agent.js";
import { agentLimits } from "./agent-limits.js";
import { AGENT_OPTIONS, type AgentOptions, type AgentResult, type AgentTurn } from "./agent-options.js";
import { askModel } from "./ask-model.js";
import { openDeadline } from "./deadline.js";
import {
  assistantMessage,
  openingMessages,
  refusalMessages,
  resultMessages,
  unusedMessage,
  whyNotWhole,
} from "./messages.js";
import { Progress } from "./progress.js";
import { type Answer, isWhole } from "./read-answer.js";
import { runCalls } from "./run-calls.js";
import { errorOf } from "./wait-until.js";

/**
 * Lets a model work towards a goal: it proposes calls, they are verified and executed as one run, it is told what became
 * of them, and so on until it answers without a call or a bound is reached. The result's `stop` names the end.
 * @throws `ConfigInvalidError`, `ToolInvalidError` for options that are wrong; otherwise never rejects.
 */
export async function runAgent(options: AgentOptions): Promise<AgentResult> {
  assertKnownOptions(options, AGENT_OPTIONS, "runAgent");
  const limits = agentLimits(options.limits);
  const { goal, model } = options;
  if (goal === undefined || model === undefined)
    throw new ConfigInvalidError("`runAgent` takes a `model` and a `goal`");
  assertOptionTypes(options, { model: { infer: "function" }, goal: "string", system: "string", plan: "function" });
  const own = ownRuntime(options);
  const clock = options.clock ?? systemClock;
  const deadline = openDeadline(clock, { maxDurationMs: limits.maxDurationMs, signal: options.signal });
  const agent: Agent = {
    options,
    limits,
    runtime: options.runtime ?? own!,
    clock,
    deadline,
    progress: new Progress(limits.maxRepeats),
    messages: openingMessages(options.goal, options.system),
    turns: [],
    usage: { input_tokens: 0, output_tokens: 0, tool_calls: 0 },
  };
  try {
    return resultOf(agent, await converse(agent));
  } catch (error) {
    return resultOf(agent, { stop: "runtime_failed", error: errorOf(error) });
  } finally {
    deadline.close();
    await own?.close();
  }
}

function ownRuntime({ runtime, tools, clock }: AgentOptions) {
  if ((runtime === undefined) === (tools === undefined)) {
    throw new ConfigInvalidError("`runAgent` takes either a `runtime` or `tools`");
  }
  return tools === undefined ? undefined : createRuntime({ tools, ...(clock === undefined ? {} : { clock }) });
}

async function converse(agent: Agent): Promise<AgentEnd> {
  for (let turn = 1; turn <= agent.limits.maxTurns; turn++) {
    const answer = await askModel(agent);
    const end = "stop" in answer ? afterFailure(agent, answer) : await takeTurn(agent, answer);
    if (end !== undefined) return end;
  }
  return { stop: "max_turns" };
}

/** What came back cannot be used, and the model may do better when it is told why. */
const TOLD: ReadonlySet<string> = new Set(["bad_answer", "incomplete"]);

function afterFailure({ messages, progress }: Agent, end: AgentEnd): AgentEnd | undefined {
  const { error } = end;
  if (end.stop !== "model_failed" || !CarError.isInstance(error) || error.code !== "CAR_INFERENCE_FAILED") return end;
  if (!TOLD.has((error as InferenceFailedError).kind) || progress.noteUnusable()) return end;
  messages.push(unusedMessage(error.message));
  return undefined;
}

/** Does what the model's answer asks for. Returns why the agent ends, if it does. */
async function takeTurn(agent: Agent, answer: Answer): Promise<AgentEnd | undefined> {
  const { usage, limits, messages } = agent;
  usage.input_tokens += answer.usage.input_tokens;
  usage.output_tokens += answer.usage.output_tokens;
  const early = endBeforeCalls(agent, answer);
  if (early !== undefined) {
    agent.turns.push({ text: answer.text, calls: [], problems: [] });
    messages.push(assistantMessage(answer.text, []));
    return early;
  }
  const turn = await runCalls(agent, answer);
  if ("stop" in turn) {
    agent.turns.push({ text: answer.text, calls: [], problems: [] });
    return turn;
  }
  agent.turns.push(turn);
  messages.push(assistantMessage(turn.text, turn.calls));
  messages.push(
    ...(turn.result === undefined
      ? refusalMessages(turn.calls, turn.problems, limits.maxOutputChars)
      : resultMessages(turn.calls, turn.result, limits.maxOutputChars)),
  );
  if (isWhole(answer)) {
    agent.progress.noteUsable();
    return endAfterCalls(agent, turn);
  }
  if (turn.calls.length === 0) messages.push(unusedMessage(whyNotWhole(answer.finishReason)));
  return agent.progress.noteUnusable() ? notWholeEnd(answer) : undefined;
}

function notWholeEnd({ finishReason }: Answer): AgentEnd {
  if (finishReasonOf(finishReason) === "length") return { stop: "max_tokens" };
  return { stop: "model_failed", error: new Error(`the model gave no whole answer: ${whyNotWhole(finishReason)}`) };
}

function endBeforeCalls({ usage, limits }: Agent, answer: Answer): AgentEnd | undefined {
  const { text, calls } = answer;
  const isOver = usage.input_tokens + usage.output_tokens >= limits.maxTokens;
  if (calls.length > 0 || !isWhole(answer)) {
    if (isOver) return { stop: "max_tokens" };
    return usage.tool_calls + calls.length > limits.maxToolCalls ? { stop: "max_tool_calls" } : undefined;
  }
  if (text.trim() === "") return { stop: "model_failed", error: new Error("the model gave an empty answer") };
  return { stop: "goal_reached" };
}

function endAfterCalls({ deadline, progress }: Agent, turn: AgentTurn): AgentEnd | undefined {
  const ended = deadline.ended();
  if (ended !== undefined) return { stop: ended };
  switch (turn.result?.status) {
    case "suspended":
      return { stop: "suspended" };
    case "canceled":
      // Nobody here canceled it, so the runtime did.
      return { stop: "runtime_failed", error: new Error(turn.result.cause?.message ?? "the run was canceled") };
    case "committed":
    case "rolled_back":
    case "rejected":
    case undefined: {
      const stop = progress.stopAfter(turn);
      return stop === undefined ? undefined : { stop };
    }
  }
}

function resultOf({ turns, usage, messages }: Agent, { stop, error }: AgentEnd): AgentResult {
  const text = turns.at(-1)?.text ?? "";
  return { stop, text, turns, usage, messages, ...(error === undefined ? {} : { error }) };
}
