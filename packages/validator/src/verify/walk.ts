import { type ActionGraph, type ActionProposal, EDGE_ORDER } from "@car/ir";
import { actionIssues } from "./action-issues.js";
import { applyClaims } from "./apply-claims.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** How an action fares in the simulation. */
export interface Fare {
  readonly action_id: string;
  readonly verdict: "would_run" | "would_fail" | "skipped";
  readonly issues: readonly VerifyIssue[];
  /** The action because of which this one is skipped. */
  readonly cause?: string;
}

/** Takes the actions in order; one that could not run leaves nothing, and what depends on it is skipped. */
export async function walk(context: VerifyContext, proposal: ActionProposal, graph: ActionGraph): Promise<Fare[]> {
  const causes = new Map<number, string>();
  const fares: Fare[] = [];
  for (const index of graph.order) {
    if (graph.unscheduled.has(index)) continue;
    const action = proposal.actions[index]!;
    const cause = causes.get(index);
    if (cause !== undefined) {
      fares.push({ action_id: action.id, verdict: "skipped", issues: [], cause });
      markDependants(graph, index, { causes, id: action.id });
      continue;
    }
    const issues = await actionIssues(context, { action, index, graph, proposalId: proposal.id });
    const fails = issues.some(({ severity }) => severity === "error");
    fares.push({ action_id: action.id, verdict: fails ? "would_fail" : "would_run", issues });
    if (fails) markDependants(graph, index, { causes, id: action.id });
    else applyClaims(context, action);
  }
  return fares;
}

interface Mark {
  readonly causes: Map<number, string>;
  readonly id: string;
}

function markDependants({ offsets, targets, kinds }: ActionGraph, index: number, { causes, id }: Mark): void {
  for (let edge = offsets[index]!; edge < offsets[index + 1]!; edge++) {
    const target = targets[edge]!;
    if (kinds[edge] !== EDGE_ORDER && !causes.has(target)) causes.set(target, id);
  }
}
