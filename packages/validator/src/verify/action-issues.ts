import type { Action, ActionGraph } from "@car/ir";
import { undecided } from "./issue.js";
import { policyIssues } from "./policy-issues.js";
import { settledValue } from "./settled-value.js";
import { stateIssues } from "./state-issues.js";
import { staticIssues } from "./static-issues.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** One action in the walk. */
export interface Visited {
  readonly action: Action;
  readonly index: number;
  readonly graph: ActionGraph;
  readonly proposalId: string;
}

/** Everything that can be said of one action, given what the actions before it leave. */
export async function actionIssues(context: VerifyContext, visited: Visited): Promise<VerifyIssue[]> {
  return [
    ...staticIssues(context, visited),
    ...stateIssues(context, visited.action),
    ...(await policyIssues(context, visited)),
    ...referenceIssues(visited.action),
  ];
}

function referenceIssues(action: Action): VerifyIssue[] {
  if (settledValue(action.parameters as Action["metadata"]) !== undefined) return [];
  return [undecided(action, "holds references: the outputs they lead to are checked when it runs")];
}
