import { type HasTools, proposalFromToolCalls, toolsForModel } from "@car/agent";
import { CarError, type ProposalInput } from "@car/ir";
import { TASK } from "../task.js";
import { type ChatAnswer, type ChatEndpoint, type ChatMessage, completeChat } from "./chat-completions.js";
import { type Planner, PlannerFailedError, type PlanRequest } from "./planner.js";

const INSTRUCTIONS = [
  "You maintain a small JavaScript library in a git repository. You act only by calling tools.",
  "Answer with ALL the calls of the whole change in one message, in the order in which they have to happen: they run as",
  "one transaction, each call after the one before, and all are undone when one fails. Paths are relative to the",
  "repository. You have already read what you need; it is below. To edit, repeat the old text exactly.",
].join("\n");

/**
 * Lets a model plan the release. The other plans stay scripted: the story needs them to be wrong in a certain way, and
 * a model would not oblige.
 */
export function modelPlanner(endpoint: ChatEndpoint, runtime: HasTools, scripted: Planner): Planner {
  const conversation: ChatMessage[] = [];
  let last: ChatAnswer | undefined;
  return {
    name: `${endpoint.model} for the release, scripted before`,
    maxTurns: 4,
    propose: async (request) => {
      if (request.name !== "release") return scripted.propose(request);
      conversation.push(...nextMessages(request, last));
      last = await completeChat(endpoint, conversation, offeredTools(runtime));
      conversation.push({ ...last });
      return planOf(last, runtime);
    },
  };
}

function nextMessages({ knowledge, feedback = "" }: PlanRequest, last: ChatAnswer | undefined): readonly ChatMessage[] {
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
function offeredTools(runtime: HasTools): readonly unknown[] {
  const undoing = runtime.tools().flatMap(({ before, compensation }) => [before?.tool, compensation?.tool]);
  const offered: HasTools = { tools: () => runtime.tools().filter(({ name }) => !undoing.includes(name)) };
  return toolsForModel(offered, "openai");
}

function planOf({ tool_calls: calls, content }: ChatAnswer, runtime: HasTools): unknown {
  if (calls === undefined || calls === null || calls.length === 0) {
    throw new PlannerFailedError(`the model called no tool; it said: ${(content ?? "nothing").slice(0, 300)}`);
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
