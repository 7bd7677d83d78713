import type { Action } from "../action/action.js";
import { mayAbort } from "../graph/reversibility.js";
import type { Reason } from "../result/reason.js";
import { actionProblems } from "./action-problems.js";
import type { AdmissionInput } from "./admission-input.js";
import { compensationProblems } from "./compensation-problem.js";

const NONE: readonly Reason[] = Object.freeze([]);

/**
 * Everything that is certain against a proposal before anything of it runs and refuses it whole, as far as neither the
 * state nor the policy is needed to tell. An action that may not abort is left alone: it is rejected when its turn comes.
 * Pure. While nothing is wrong it allocates nothing.
 */
export function admissionProblems(input: AdmissionInput): readonly Reason[] {
  const { actions, graph } = input;
  let problems: Reason[] | undefined;
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index]!;
    const odd = modeProblem(action);
    if (odd !== undefined) (problems ??= []).push(odd);
    if (action.compensation !== undefined) (problems ??= []).push(...compensationProblems(input, index));
    if (graph.unscheduled.size > 0 && graph.unscheduled.has(index)) continue;
    const found = actionProblems(input, index);
    if (found.length > 0 && mayAbort(action)) (problems ??= []).push(...found);
    if (found.length === 0 && graph.templates[index] === undefined) input.onSound?.(index);
  }
  return problems === undefined || problems.length === 0 ? NONE : problems;
}

function modeProblem({ id, invocation_mode }: Action): Reason | undefined {
  if (invocation_mode === "one_shot") return undefined;
  const message = `invocation mode \`${invocation_mode}\` is not supported, use \`one_shot\``;
  return { code: "unsupported", action_id: id, message };
}
