import { buildPolicyPlan, type FlowSource, NO_LABELS } from "@car/ir";
import type { PlanFinding } from "@car/ir/ports";
import type { Batch } from "./batch-issues.js";
import { whole } from "./issue.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** What the policy says about the proposal as a whole: data flow that follows from references, order, history. */
export async function planIssues(context: VerifyContext, { proposal, graph }: Batch): Promise<VerifyIssue[]> {
  const { policies, tools, principal, now, history, state } = context;
  if (policies?.checkPlan === undefined) return [];
  const { actions } = proposal;
  const plan = buildPolicyPlan({
    actions,
    graph,
    tool: (index) => {
      const action = actions[index]!;
      return action.type === "tool_call" ? tools?.get(action.tool)?.schema : undefined;
    },
    about: { principal, now, run_id: "0".repeat(32), proposal_id: proposal.id, mode: "verify" },
    history: policies.supports.history === true ? history : undefined,
    source: policies.supports.flow === true ? (context.flow ?? NO_SESSION) : undefined,
    endorses: (tool) => policies.endorses?.(tool) ?? NO_LABELS,
    entryLabels: context.entryLabels,
  });
  try {
    const found = await policies.checkPlan(plan, { get: (key, options) => valueOf(state, key, options?.trust) });
    return found.flatMap(issuesOf);
  } catch {
    return [whole("error", { code: "policy_denied", message: "the policy failed, so it denies" })];
  }
}

/** Outside of a session no literal value comes from anywhere, and nobody has been shown anything. */
const NO_SESSION: FlowSource = {
  context: NO_LABELS,
  provenance: (value) => ({ source: value === null || value === "" ? "nothing" : "unknown", labels: NO_LABELS }),
  isTrusted: (value) => value === null || value === "",
  origins: () => [],
};

function valueOf(state: VerifyContext["state"], key: string, trust: "model" | undefined) {
  return (trust === "model" ? state.get(key) : state.trusted(key)).value;
}

function issuesOf({ effect, policy_id, message, action_ids }: PlanFinding): VerifyIssue[] {
  const text = `${policy_id}: ${message}`;
  const issue =
    effect === "require_approval"
      ? whole("info", { code: "approval_required", message: text })
      : whole("error", { code: "policy_denied", message: text });
  return action_ids.length === 0 ? [issue] : action_ids.map((action_id) => ({ ...issue, action_id }));
}
