import { buildPolicyPlan, denialReasons, NO_LABELS, NO_SESSION } from "@car/ir/internal";
import type { PlanFinding } from "@car/ir/ports";
import type { Batch } from "./batch-issues.js";
import { refusals, whole } from "./issue.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** What the policy says about the proposal as a whole: data flow that follows from references, order, history. */
export async function planIssues(
  context: VerifyContext,
  { proposal, graph, admission }: Batch,
): Promise<VerifyIssue[]> {
  const { policy, principal, now, history, state } = context;
  if (policy?.checkPlan === undefined) return [];
  const { actions } = proposal;
  const plan = buildPolicyPlan({
    actions,
    graph,
    tool: (index) => admission.tools[index]?.schema,
    about: { principal, now, run_id: "0".repeat(32), proposal_id: proposal.id, mode: "verify" },
    history: policy.supports.history === true ? history : undefined,
    source: policy.supports.flow === true ? (context.flow ?? NO_SESSION) : undefined,
    endorses: (tool) => policy.endorses?.(tool) ?? NO_LABELS,
    entryLabels: context.entryLabels,
  });
  try {
    const found = await policy.checkPlan(plan, { get: (key, options) => valueOf(state, key, options?.trust) });
    return found.flatMap(issuesOf);
  } catch {
    return [whole("error", { code: "policy_denied", message: "the policy failed, so it denies" })];
  }
}

function valueOf(state: VerifyContext["state"], key: string, trust: "model" | undefined) {
  return (trust === "model" ? state.get(key) : state.trusted(key)).value;
}

function issuesOf(finding: PlanFinding): readonly VerifyIssue[] {
  const { effect, policy_id, message, action_ids } = finding;
  if (effect !== "require_approval") return denialReasons([finding]).flatMap(refusals);
  const issue = whole("info", { code: "approval_required", message: `${policy_id}: ${message}` });
  return action_ids.length === 0 ? [issue] : action_ids.map((action_id) => ({ ...issue, action_id }));
}
