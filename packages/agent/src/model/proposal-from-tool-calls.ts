import { type InputProblem, type JsonObject, type ProposalInput, ProposalInvalidError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { toolNameOf } from "./model-names.js";
import type { HasTools } from "./tools-for-model.js";

/** One call as a model API gives it: OpenAI's, Anthropic's, the AI SDK's, or plain `{id, name, arguments}`. */
export type ModelToolCall =
  | {
      readonly id: string;
      readonly type?: "function";
      readonly function: { readonly name: string; readonly arguments: unknown };
    }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly toolCallId: string; readonly toolName: string; readonly input?: unknown; readonly args?: unknown }
  | { readonly id: string; readonly name: string; readonly arguments: unknown };

/** How calls become actions. */
export interface FromToolCallsOptions {
  /** Finds the real name of a tool whose name `toolsForModel` had to change. */
  readonly runtime?: HasTools;
  /** For every action. Default `skip`: the calls of one model turn are independent, and each gets its own answer. */
  readonly failure_behavior?: "abort" | "retry" | "skip";
  readonly source?: string;
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/**
 * Makes a proposal of a model's tool calls: one action per call, in order, its id that of the call (characters that an
 * action id cannot have become `_`).
 * @throws `ProposalInvalidError` (`CAR_PROPOSAL_INVALID`) when there are no calls, or arguments are not a JSON object.
 */
export function proposalFromToolCalls(
  calls: readonly ModelToolCall[],
  options: FromToolCallsOptions = {},
): ProposalInput {
  assertKnownOptions(options, ["runtime", "failure_behavior", "source"], "proposalFromToolCalls");
  const { runtime, failure_behavior = "skip", source = "model" } = options;
  const problems: InputProblem[] = [];
  if (calls.length === 0) problems.push({ path: "", message: "there are no tool calls" });
  const tools = runtime?.tools() ?? [];
  const actions = calls.map((call, index) => {
    const { id, name, input } = fieldsOf(call);
    const parameters = parametersOf(input, `calls[${index}]`, problems);
    return {
      id: actionIdOf(id, index),
      type: "tool_call" as const,
      tool: toolNameOf(name, tools),
      parameters,
      failure_behavior,
    };
  });
  if (problems.length > 0) throw new ProposalInvalidError(problems);
  return { source, actions };
}

/** The action id that stands for a call's id. */
export function actionIdOf(callId: string, index: number): string {
  const id = callId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 256);
  return id === "" ? `call_${index + 1}` : id;
}

function fieldsOf(call: ModelToolCall): Call {
  if ("function" in call) return { id: call.id, name: call.function.name, input: call.function.arguments };
  if ("toolName" in call) return { id: call.toolCallId, name: call.toolName, input: call.input ?? call.args };
  if ("input" in call) return { id: call.id, name: call.name, input: call.input };
  return { id: call.id, name: call.name, input: call.arguments };
}

/** Models send arguments as an object or as its JSON text; nothing at all means no parameters. */
function parametersOf(input: unknown, path: string, problems: InputProblem[]): JsonObject {
  let value = input;
  if (typeof input === "string" && input.trim() !== "") {
    try {
      value = JSON.parse(input);
    } catch (error) {
      problems.push({ path, message: `the arguments are not JSON: ${(error as Error).message}` });
      return {};
    }
  }
  if (value === undefined || value === null || value === "") return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  problems.push({ path, message: "the arguments are not a JSON object" });
  return {};
}
