import type { Action } from "@car/ir";
import type { Decision, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import type { AbstractState } from "./abstract-state.js";
import type { Visited } from "./action-issues.js";
import { error, undecided } from "./issue.js";
import { settledValue } from "./settled-value.js";
import type { VerifyContext } from "./verify-options.js";
import type { IssueTier, VerifyIssue } from "./verify-report.js";

/** What the policy says, as far as it can be asked before anything runs. */
export async function policyIssues(context: VerifyContext, visited: Visited): Promise<VerifyIssue[]> {
  const { action } = visited;
  if (context.policies === undefined) return [];
  const view = new WatchedState(context.state);
  const settled = settledValue(action.parameters as Action["metadata"]);
  const request = requestOf(context, visited, (settled ?? action.parameters) as Action["metadata"]);
  let issues: VerifyIssue[];
  try {
    const decision = await context.policies.check(request, view);
    const tier = settled === undefined || view.sawClaim ? "heuristic" : "decision_procedure";
    issues = issuesOf(action, decision, tier);
    if (view.sawClaim && issues.length === 0) {
      issues = [undecided(action, "the policy rests on an action's claim about the state", tier)];
    }
  } catch {
    issues = [error(action, { code: "policy_denied", message: "the policy failed, so it denies" })];
  }
  if (view.sawUnknown) return [undecided(action, "the policy looks at state that a tool may change")];
  return issues;
}

function issuesOf(action: Action, { effect, reasons }: Decision, tier: IssueTier): VerifyIssue[] {
  const texts = reasons.map(({ policy_id, message }) => `${policy_id}: ${message}`).join("; ");
  if (effect === "allow") return [];
  if (effect === "require_approval") {
    const message = texts || "approval is required";
    return [{ action_id: action.id, severity: "info", code: "approval_required", message, tier }];
  }
  // Whatever else a policy answers is no permission.
  return [error(action, { code: "policy_denied", message: texts || "denied by policy" }, tier)];
}

function requestOf(
  { tools, now, principal }: VerifyContext,
  { action, proposalId }: Visited,
  parameters: PolicyRequest["parameters"],
): PolicyRequest {
  return {
    action,
    parameters,
    tool: action.type === "tool_call" ? tools?.get(action.tool)?.schema : undefined,
    principal,
    run_id: "0".repeat(32),
    proposal_id: proposalId,
    attempt: 1,
    now,
    mode: "verify",
  };
}

/** Tells whether the policy's answer rests on something that nobody can know yet. */
class WatchedState implements PolicyStateView {
  sawUnknown = false;
  sawClaim = false;
  private readonly state: AbstractState;

  constructor(state: AbstractState) {
    this.state = state;
  }

  get(key: string, options?: { readonly trust?: "model" }): ReturnType<PolicyStateView["get"]> {
    const found = options?.trust === "model" ? this.state.get(key) : this.state.trusted(key);
    if (!found.known) this.sawUnknown = true;
    if (found.claimed) this.sawClaim = true;
    return found.value;
  }
}
