import { CarError, type ProposalInput, type ProposalInvalidError, type ToolSchema } from "@car/ir";
import { copyJson } from "@car/ir/internal";
import type { InferenceToolCall } from "@car/ir/ports";
import { toolFinder } from "../model/model-names.js";
import { actionIds, doubledIds } from "../model/action-ids.js";
import { proposalFromToolCalls } from "../model/proposal-from-tool-calls.js";
import type { TurnProblem } from "./agent-options.js";
import type { RawCall } from "./read-answer.js";

/** A turn's calls, fit to be repeated to the model, and the proposal they make unless something is wrong with them. */
export interface ReadCalls {
  readonly calls: readonly InferenceToolCall[];
  readonly problems: readonly TurnProblem[];
  readonly proposal?: ProposalInput;
}

/** How calls are read. */
export interface CallRules {
  readonly offered: readonly ToolSchema[];
  readonly maxArgumentBytes: number;
  readonly failureBehavior: "abort" | "retry" | "skip";
  readonly references: boolean;
}

const MAX_DEPTH = 64;

/** Reads a turn's calls. What is wrong with them is told, not thrown. */
export function readCalls(raw: readonly RawCall[], rules: CallRules): ReadCalls {
  const problems: TurnProblem[] = [];
  const ids = uniqueIds(raw, problems);
  const toolOf = toolFinder(rules.offered);
  const offered = new Set(rules.offered.map(({ name }) => name));
  const calls = raw.map((call, index) => {
    if (!offered.has(toolOf(call.name)))
      problems.push({ call: index, code: "unknown_tool", message: `there is no tool \`${call.name}\`` });
    return { id: ids[index]!, name: call.name, ...copiedParts(call, index, { rules, problems }) };
  });
  if (problems.length > 0) return { calls, problems };
  const runtime = { tools: () => rules.offered };
  try {
    const { failureBehavior: failure_behavior, references } = rules;
    const proposal = proposalFromToolCalls(calls, { runtime, failure_behavior, references });
    return { calls, problems, proposal };
  } catch (error) {
    if (!CarError.isInstance(error) || error.code !== "CAR_PROPOSAL_INVALID") throw error;
    return { calls, problems: (error as ProposalInvalidError).problems.map(problemOfInput) };
  }
}

/**
 * Ids that are good action ids and differ, those of the calls as far as they are that. The model sees the same ones.
 * Two calls with one id are a problem.
 */
function uniqueIds(raw: readonly RawCall[], problems: TurnProblem[]): readonly string[] {
  const given = raw.map(({ id }) => id);
  const doubled = doubledIds(given);
  for (const [call, id] of given.entries()) {
    if (!doubled.has(id)) continue;
    problems.push({ call, code: "invalid", message: `the call's id \`${id.slice(0, 100)}\` is used twice` });
  }
  return actionIds(given);
}

interface Reading {
  readonly rules: CallRules;
  readonly problems: TurnProblem[];
}

/** Frozen copies; what is no JSON or too long is not repeated to the model either. */
function copiedParts(
  { arguments: input, extra }: RawCall,
  index: number,
  { rules, problems }: Reading,
): Pick<InferenceToolCall, "arguments" | "extra"> {
  const limits = { maxDepth: MAX_DEPTH, maxBytes: rules.maxArgumentBytes };
  try {
    return { arguments: copyJson(input, limits), ...(extra === undefined ? {} : { extra: copyJson(extra, limits) }) };
  } catch (error) {
    const message = `the arguments are unusable: ${error instanceof Error ? error.message : String(error)}`;
    problems.push({ call: index, code: "invalid", message });
    return { arguments: {} };
  }
}

/** `calls[2]` is the path of the third call. */
function problemOfInput({ path, message }: { readonly path: string; readonly message: string }): TurnProblem {
  const index = /^calls\[(\d+)\]/.exec(path)?.[1];
  return { ...(index === undefined ? {} : { call: Number(index) }), code: "invalid", message };
}
