import type { InferenceRequest } from "@car/ir/ports";
import { toolsForModel } from "../model/tools-for-model.js";
import { type Agent, type AgentEnd, offeredTools } from "./agent.js";
import { openDeadline } from "./deadline.js";
import { type Answer, readAnswer } from "./read-answer.js";
import { errorOf, waitUntil } from "./wait-until.js";

/** Asks the model for its next message. Bounded in time, never throws but for what the runtime's tool list does. */
export async function askModel(agent: Agent): Promise<Answer | AgentEnd> {
  const { options, limits, clock, deadline } = agent;
  const request = requestOf(agent);
  const turn = openDeadline(clock, { maxDurationMs: limits.modelTimeoutMs, signal: deadline.signal });
  const end = await waitUntil(turn, (signal) => options.model.infer(request, { signal }));
  turn.close();
  switch (end.kind) {
    case "value":
      return readOrFail(end.value, limits.maxTextChars);
    case "error":
      return { stop: "model_failed", error: end.error };
    case "over": {
      const stop = deadline.ended();
      if (stop !== undefined) return { stop };
      return { stop: "model_failed", error: new Error(`the model did not answer within ${limits.modelTimeoutMs} ms`) };
    }
  }
}

/** The lists are copies: a model may keep them, and must not see what is said later. */
function requestOf(agent: Agent): InferenceRequest {
  const { modelName, params } = agent.options;
  const offered = offeredTools(agent);
  return {
    messages: [...agent.messages],
    // Names as chat APIs accept them; the calls' names are changed back.
    tools: toolsForModel({ tools: () => offered }, "openai").map((tool) => tool.function),
    ...(modelName === undefined ? {} : { model: modelName }),
    ...(params === undefined ? {} : { params }),
  };
}

function readOrFail(value: unknown, maxTextChars: number): Answer | AgentEnd {
  try {
    return readAnswer(value, maxTextChars);
  } catch (error) {
    return { stop: "model_failed", error: errorOf(error) };
  }
}
