import type { Action } from "@car/ir";
import { actionProblems, settledValue } from "@car/ir/internal";
import type { Batch } from "./batch-issues.js";
import { refusals, undecided } from "./issue.js";
import { policyIssues } from "./policy-issues.js";
import { stateIssues } from "./state-issues.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** One action in the walk. */
export interface Visited {
  readonly action: Action;
  readonly index: number;
  readonly batch: Batch;
}

/** Everything that can be said of one action, given what the actions before it leave. */
export async function actionIssues(context: VerifyContext, visited: Visited): Promise<VerifyIssue[]> {
  return [
    ...staticIssues(visited),
    ...stateIssues(context, visited.action),
    ...(await policyIssues(context, visited)),
    ...referenceIssues(visited.action),
  ];
}

/** What is wrong with an action whatever the state is: its tool, its parameters, what it may touch. */
export function staticIssues({ batch, index }: Visited): readonly VerifyIssue[] {
  return actionProblems(batch.admission, index).flatMap(refusals);
}

function referenceIssues(action: Action): VerifyIssue[] {
  if (settledValue(action.parameters as Action["metadata"]) !== undefined) return [];
  return [undecided(action, "holds references: the outputs they lead to are checked when it runs")];
}
