import type { Action, ActionProposal, ProposalResult } from "@car/ir";
import type { SkillStep } from "./skill.js";
import type { Trace } from "./mine.js";

/**
 * What can be learned from a run, or `undefined` when it teaches nothing: refused, canceled and suspended runs, and those
 * that did nothing of their own. Of a rolled-back run only the failure counts.
 */
export function traceOf(result: ProposalResult, proposal: ActionProposal): Trace | undefined {
  if (result.status !== "committed" && result.status !== "rolled_back") return undefined;
  const outcomes = new Map(result.results.map((one) => [one.action_id, one]));
  const done = proposal.actions.filter(({ id }) => {
    const outcome = outcomes.get(id);
    return outcome?.status === "succeeded" && !outcome.deduplicated && !outcome.cached && !outcome.rolled_back;
  });
  const tried = result.status === "committed" ? done : proposal.actions;
  const steps = tried.flatMap((action): SkillStep[] =>
    action.type === "tool_call" ? [{ tool: action.tool, parameters: action.parameters }] : [],
  );
  if (steps.length === 0) return undefined;
  const failed = result.results.find(({ status }) => status === "failed");
  const succeeded = result.status === "committed" && failed === undefined;
  const failure = failed?.error ?? result.cause?.message;
  return {
    run_id: result.run_id,
    goal: goalOf(proposal),
    succeeded,
    steps,
    keys: [...new Set(tried.flatMap(keysOf))].sort(),
    ...(succeeded || failure === undefined ? {} : { failure }),
  };
}

function goalOf({ context }: ActionProposal): string {
  const goal = context["goal"];
  return typeof goal === "string" ? goal : "";
}

function keysOf({ state_dependencies, preconditions }: Action): readonly string[] {
  return [...state_dependencies, ...preconditions.map(({ key }) => key)];
}
