import {
  escapeReferences,
  type InputProblem,
  JsonInvalidError,
  type JsonObject,
  type ProposalInput,
  ProposalInvalidError,
} from "@car/ir";
import { assertKnownOptions, copyJson, readModelJson } from "@car/ir/internal";
import { actionIds, doubledIds } from "./action-ids.js";
import { toolFinder } from "./model-names.js";
import { type ModelToolCall, type OtherPart, plainCall } from "./model-tool-call.js";
import type { HasTools } from "./tools-for-model.js";

/** How calls become actions. */
export interface FromToolCallsOptions {
  /** Finds the real name of a tool whose name `toolsForModel` had to change. */
  readonly runtime?: HasTools;
  /** For every action. Default `skip`: the calls of one model turn are independent, and each gets its own answer. */
  readonly failure_behavior?: "abort" | "retry" | "skip";
  readonly source?: string;
  /** Takes `$ID.output` in arguments for a reference to another call's output. Default: what a model passes is literal. */
  readonly references?: boolean;
  /** What becomes of integers in arguments that are text whose digits a number cannot keep. Default `refuse`. */
  readonly unsafeIntegers?: "refuse" | "string";
}

const OPTIONS = [
  "runtime",
  "failure_behavior",
  "source",
  "references",
  "unsafeIntegers",
] as const satisfies readonly (keyof FromToolCallsOptions)[];
const LIMITS = { maxDepth: 64, maxBytes: 8_388_608 };

/**
 * Makes a proposal of a model's tool calls: one action per call, in order, its id that of the call (an id that no action
 * can have is changed, and `toolMessages` knows it again). Other parts of an answer, such as text, are passed over.
 * @throws `ProposalInvalidError` (`CAR_PROPOSAL_INVALID`) when there are no calls, two have one id, one is of no known
 * shape, or arguments are not a JSON object.
 */
export function proposalFromToolCalls(
  parts: readonly (ModelToolCall | OtherPart)[],
  options: FromToolCallsOptions = {},
): ProposalInput {
  assertKnownOptions(options, OPTIONS, "proposalFromToolCalls");
  const { runtime, failure_behavior = "skip", source = "model" } = options;
  if (!Array.isArray(parts)) throw new ProposalInvalidError([{ path: "calls", message: "they are not a list" }]);
  const problems: InputProblem[] = [];
  const calls = parts.flatMap((part, index) => {
    const call = plainCall(part);
    if (call === undefined)
      problems.push({ path: `calls[${index}]`, message: "it is no call of a shape that is known" });
    return call === undefined || call === "other" ? [] : [{ ...call, path: `calls[${index}]` }];
  });
  if (calls.length === 0) problems.push({ path: "", message: "there are no tool calls" });
  const doubled = doubledIds(calls.map(({ id }) => id));
  const ids = actionIds(calls.map(({ id }) => id));
  const toolOf = toolFinder(runtime?.tools() ?? []);
  const actions = calls.map(({ id, name, input, path }, index) => {
    if (doubled.has(id)) problems.push({ path, message: `the id \`${id.slice(0, 100)}\` is used twice` });
    const read = parametersOf(input, options);
    if ("problem" in read) problems.push({ path, message: read.problem });
    return {
      id: ids[index]!,
      type: "tool_call" as const,
      tool: toolOf(name),
      parameters: "problem" in read ? {} : read.parameters,
      failure_behavior,
    };
  });
  if (problems.length > 0) throw new ProposalInvalidError(problems);
  return { source, actions };
}

/** Models send arguments as an object or as its JSON text, some write that down once more; nothing at all means no parameters. */
function parametersOf(
  input: unknown,
  { references = false, unsafeIntegers }: FromToolCallsOptions,
): { readonly parameters: JsonObject } | { readonly problem: string } {
  let value = input;
  for (let times = 0; times < 2 && typeof value === "string" && value.trim() !== ""; times++) {
    const read = readModelJson(value, { maxDepth: LIMITS.maxDepth, unsafeIntegers });
    if ("problem" in read) return { problem: `the arguments are not JSON: ${read.problem}` };
    value = read.value;
  }
  if (value === undefined || value === null || (typeof value === "string" && value.trim() === ""))
    return { parameters: {} };
  if (typeof value !== "object" || Array.isArray(value)) return { problem: "the arguments are not a JSON object" };
  try {
    const copied = copyJson(value, LIMITS) as JsonObject;
    return { parameters: references ? copied : (escapeReferences(copied) as JsonObject) };
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    return { problem: `the arguments are not JSON: ${error.message}` };
  }
}
