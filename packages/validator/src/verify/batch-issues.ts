import type { ActionProposal } from "@car/ir";
import {
  type ActionGraph,
  actionProblems,
  admissionProblems,
  type AdmissionInput,
  lateProblems,
} from "@car/ir/internal";
import { refusals, whole } from "./issue.js";
import { abortingDescendants, isIrreversible } from "./reversibility.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** A proposal that has a graph. */
export interface Batch {
  readonly proposal: ActionProposal;
  readonly graph: ActionGraph;
  /** What is certain about it is looked up here. */
  readonly admission: AdmissionInput;
}

/**
 * Issues of the proposal as a whole, or of how its actions stand to each other. An error among them refuses all of it.
 * To be asked before the walk, as it looks at the state from which the proposal starts.
 */
export function batchIssues(context: VerifyContext, batch: Batch): VerifyIssue[] {
  return [
    ...admissionProblems(batch.admission).flatMap(refusals),
    ...lateProblems({ actions: batch.proposal.actions, graph: batch.graph }, context.state).flatMap(refusals),
    ...standbyIssues(batch),
    ...budgetIssues(context, batch),
    ...toolsMissing(context, batch),
    ...residueIssues(context, batch),
  ];
}

/** Actions that only compensate do not stop a run; that they could not do so is found out too late. */
function standbyIssues({ admission, graph }: Batch): VerifyIssue[] {
  return [...graph.unscheduled].flatMap((index) =>
    actionProblems(admission, index)
      .flatMap(refusals)
      .map((issue): VerifyIssue => {
        return { ...issue, severity: "warning", message: `could not compensate: ${issue.message}` };
      }),
  );
}

/** Compensating actions use no budget. */
function budgetIssues({ budget }: VerifyContext, { proposal: { actions }, graph }: Batch): VerifyIssue[] {
  const charged = actions.filter((_, index) => !graph.unscheduled.has(index));
  const calls = charged.filter(({ type }) => type === "tool_call").length;
  const issues: VerifyIssue[] = [];
  const check = (count: number, allowed: number | undefined, what: string): void => {
    if (allowed === undefined || count <= allowed) return;
    const message = `${count} ${what} do not fit into the budget of ${allowed}, unless stored answers serve some`;
    issues.push(whole("warning", { code: "budget_exceeded", message }));
  };
  check(calls, budget?.max_tool_calls, "tool calls");
  check(charged.length, budget?.max_actions, "actions");
  return issues;
}

function toolsMissing({ tools }: VerifyContext, { proposal: { actions } }: Batch): VerifyIssue[] {
  if (tools !== undefined || !actions.some(({ type }) => type === "tool_call")) return [];
  const message = "no tools were given: their parameters and what they do to the state were not looked at";
  return [whole("info", { code: "undecided", message })];
}

/** Names what cannot be undone and yet must happen before something that may still undo the batch. */
function residueIssues(context: VerifyContext, batch: Batch): VerifyIssue[] {
  const { actions } = batch.proposal;
  const later = abortingDescendants(batch);
  return actions.flatMap((action, index): VerifyIssue[] => {
    const follower = later[index];
    if (follower === undefined || !isIrreversible(context, action)) return [];
    const message = `cannot be undone, but \`${actions[follower]!.id}\` comes after it and may still undo the batch`;
    return [{ ...whole("warning", { code: "irreversible_before_abort", message }), action_id: action.id }];
  });
}
