import { type HasTools, proposalFromToolCalls, toolsForModel } from "@car/agent";
import { CarError, type ProposalInput } from "@car/ir";
import type { InferenceMessage, InferenceProvider, InferenceResponse } from "@car/ir/ports";
import { TASK } from "../task.js";
import { type Planner, PlannerFailedError, type PlanRequest } from "./planner.js";

const INSTRUCTIONS = [
  "You maintain a small JavaScript library in a git repository. You act only by calling tools.",
  "Answer with ALL the calls of the whole change in one message, in the order in which they have to happen: they run as",
  "one transaction, each call after the one before, and all are undone when one fails. Paths are relative to the",
  "repository. You have already read what you need; it is below. To edit, repeat the old text exactly.",
].join("\n");

/** Models that think longer are given up. */
const TIMEOUT_MS = 120_000;

/**
 * Lets a model plan the release. The other plans stay scripted: the story needs them to be wrong in a certain way, and
 * a model would not oblige.
 */
export function modelPlanner(model: InferenceProvider, runtime: HasTools, scripted: Planner): Planner {
  const conversation: InferenceMessage[] = [];
  let last: InferenceResponse | undefined;
  return {
    name: `${model.info.id} for the release, scripted before`,
    maxTurns: 4,
    propose: async (request) => {
      if (request.name !== "release") return scripted.propose(request);
      conversation.push(...nextMessages(request, last));
      last = await asked(model, conversation, runtime);
      const { text, tool_calls: calls = [] } = last;
      conversation.push({ role: "assistant", content: text, tool_calls: calls });
      return planOf(last, runtime);
    },
  };
}

async function asked(
  model: InferenceProvider,
  messages: readonly InferenceMessage[],
  runtime: HasTools,
): Promise<InferenceResponse> {
  try {
    const tools = toolsForModel(offered(runtime), "openai").map((tool) => tool.function);
    return await model.infer!({ messages: [...messages], tools }, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new PlannerFailedError((error as Error).message, { cause: error });
  }
}

function nextMessages(
  { knowledge, feedback = "" }: PlanRequest,
  last: InferenceResponse | undefined,
): readonly InferenceMessage[] {
  if (last === undefined) {
    return [
      { role: "system", content: INSTRUCTIONS },
      { role: "user", content: `${TASK.text}\n\nWhat you have read:\n\n${knowledge}` },
    ];
  }
  // The API wants an answer to each call; all of them belong to one run.
  return (last.tool_calls ?? []).map(({ id }, index) => {
    return { role: "tool", tool_call_id: id, content: index === 0 ? feedback : "see the first answer" };
  });
}

/** Tools that undo, and those that read for that, are for the runtime, not for the model. */
function offered(runtime: HasTools): HasTools {
  const undoing = runtime.tools().flatMap(({ before, compensation }) => [before?.tool, compensation?.tool]);
  return { tools: () => runtime.tools().filter(({ name }) => !undoing.includes(name)) };
}

function planOf(
  { tool_calls: calls = [], text, finish_reason: reason }: InferenceResponse,
  runtime: HasTools,
): unknown {
  // Half a plan may be whole JSON: what was cut is not acted on.
  if (reason !== "stop" && reason !== "tool_calls") {
    throw new PlannerFailedError(`the model's answer is not whole (${reason})`);
  }
  if (calls.length === 0) {
    throw new PlannerFailedError(`the model called no tool; it said: ${(text || "nothing").slice(0, 300)}`);
  }
  try {
    return inOrder(proposalFromToolCalls(calls, { runtime, failure_behavior: "abort", source: "model" }), runtime);
  } catch (error) {
    if (!CarError.isInstance(error)) throw error;
    throw new PlannerFailedError(`the model's calls are no plan: ${error.message}`, { cause: error });
  }
}

/**
 * A model that lists calls means an order; nothing else in its answer says so. Only what cannot be undone is waited for
 * by nobody: the runtime puts it last.
 */
function inOrder(plan: ProposalInput, runtime: HasTools): ProposalInput {
  const final = new Set(
    runtime.tools().flatMap(({ name, reversibility }) => (reversibility === "irreversible" ? [name] : [])),
  );
  const actions: ProposalInput["actions"] = [];
  let before: readonly string[] = [];
  for (const action of plan.actions) {
    actions.push({ ...action, dependencies: [...before] });
    if (action.type !== "tool_call" || !final.has(action.tool)) before = [action.id];
  }
  return { ...plan, actions };
}
