import { EDGE_ORDER } from "@car/ir/internal";
import { actionIssues, staticIssues, type Visited } from "./action-issues.js";
import { applyClaims } from "./apply-claims.js";
import type { Batch } from "./batch-issues.js";
import { serialOrder } from "./serial-order.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** How an action fares in the simulation. */
export interface Fare {
  readonly action_id: string;
  readonly verdict: "would_run" | "would_fail" | "skipped";
  /** Of a skipped action only what is wrong with it whatever the state is. */
  readonly issues: readonly VerifyIssue[];
  /** The action because of which this one is skipped. */
  readonly cause?: string;
}

/** Takes the actions in order; one that could not run leaves nothing, and what depends on it is skipped. */
export async function walk(context: VerifyContext, batch: Batch): Promise<Fare[]> {
  const causes = new Map<number, string>();
  const fares: Fare[] = [];
  for (const index of serialOrder(context, batch)) {
    const visited = { action: batch.proposal.actions[index]!, index, batch };
    const fare = await fareOf(context, visited, causes.get(index));
    if (fare.verdict === "would_run") applyClaims(context, visited.action);
    else markDependants(visited, causes);
    fares.push(fare);
  }
  return fares;
}

async function fareOf(context: VerifyContext, visited: Visited, cause: string | undefined): Promise<Fare> {
  const action_id = visited.action.id;
  if (cause !== undefined) return { action_id, verdict: "skipped", issues: staticIssues(visited), cause };
  const issues = await actionIssues(context, visited);
  const fails = issues.some(({ severity }) => severity === "error");
  return { action_id, verdict: fails ? "would_fail" : "would_run", issues };
}

function markDependants({ action, index, batch }: Visited, causes: Map<number, string>): void {
  const { offsets, targets, kinds } = batch.graph;
  for (let edge = offsets[index]!; edge < offsets[index + 1]!; edge++) {
    const target = targets[edge]!;
    if (kinds[edge] !== EDGE_ORDER && !causes.has(target)) causes.set(target, action.id);
  }
}
