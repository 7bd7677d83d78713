import { CarError, type ProposalInput, type ProposalInvalidError, type ToolSchema } from "@car/ir";
import { copyJson } from "@car/ir/internal";
import type { InferenceToolCall } from "@car/ir/ports";
import { toolNameOf } from "../model/model-names.js";
import { actionIdOf, proposalFromToolCalls } from "../model/proposal-from-tool-calls.js";
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
}

const MAX_DEPTH = 64;

/** Reads a turn's calls. What is wrong with them is told, not thrown. */
export function readCalls(raw: readonly RawCall[], rules: CallRules): ReadCalls {
  const problems: TurnProblem[] = [];
  const ids = uniqueIds(raw, problems);
  const calls = raw.map((call, index) => {
    const isOffered = rules.offered.some(({ name }) => name === toolNameOf(call.name, rules.offered));
    if (!isOffered) problems.push({ call: index, code: "unknown_tool", message: `there is no tool \`${call.name}\`` });
    return { id: ids[index]!, name: call.name, arguments: argumentsOf(call, index, { rules, problems }) };
  });
  if (problems.length > 0) return { calls, problems };
  const runtime = { tools: () => rules.offered };
  try {
    const proposal = proposalFromToolCalls(calls, { runtime, failure_behavior: rules.failureBehavior });
    return { calls, problems, proposal };
  } catch (error) {
    if (!CarError.isInstance(error) || error.code !== "CAR_PROPOSAL_INVALID") throw error;
    return { calls, problems: (error as ProposalInvalidError).problems.map(problemOfInput) };
  }
}

/**
 * Ids that are good action ids and differ, those of the calls as far as they are that. The model sees the same ones.
 * Two calls with one id are a problem: nobody can tell which of them an answer belongs to.
 */
function uniqueIds(raw: readonly RawCall[], problems: TurnProblem[]): readonly string[] {
  const given = new Set<string>();
  const used = new Set<string>();
  return raw.map(({ id }, index) => {
    if (id !== "" && given.has(id)) {
      problems.push({ call: index, code: "invalid", message: `the call's id \`${id.slice(0, 100)}\` is used twice` });
    }
    given.add(id);
    const wanted = actionIdOf(id, index);
    let unique = wanted;
    for (let count = 2; used.has(unique); count++) unique = `${wanted.slice(0, 240)}_${count}`;
    used.add(unique);
    return unique;
  });
}

interface Reading {
  readonly rules: CallRules;
  readonly problems: TurnProblem[];
}

/** A frozen copy; what is no JSON or too long is not repeated to the model either. */
function argumentsOf(call: RawCall, index: number, { rules, problems }: Reading): InferenceToolCall["arguments"] {
  try {
    return copyJson(call.arguments, { maxDepth: MAX_DEPTH, maxBytes: rules.maxArgumentBytes });
  } catch (error) {
    const message = `the arguments are unusable: ${error instanceof Error ? error.message : String(error)}`;
    problems.push({ call: index, code: "invalid", message });
    return {};
  }
}

/** `calls[2]` is the path of the third call. */
function problemOfInput({ path, message }: { readonly path: string; readonly message: string }): TurnProblem {
  const index = /^calls\[(\d+)\]/.exec(path)?.[1];
  return { ...(index === undefined ? {} : { call: Number(index) }), code: "invalid", message };
}
