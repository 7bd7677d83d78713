import type { Action } from "@car/ir";
import type { Decision, PolicyStateView } from "@car/ir/ports";
import { error, undecided, type Visited } from "./action-issues.js";
import type { AbstractState } from "./abstract-state.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** What the policy says, as far as it can be asked before anything runs. */
export async function policyIssues(context: VerifyContext, visited: Visited): Promise<VerifyIssue[]> {
  const { action } = visited;
  if (context.policies === undefined) return [];
  const view = new WatchedState(context.state);
  let decision: Decision;
  try {
    decision = await context.policies.check(requestOf(context, visited), view);
  } catch {
    return [error(action, { code: "policy_denied", message: "the policy failed, so it denies" })];
  }
  if (view.lookedAtUnknown) return [undecided(action, "the policy looks at state that a tool may change")];
  const unresolved = visited.graph.templates[visited.index] !== undefined;
  return issuesOf(action, decision, unresolved);
}

function issuesOf(action: Action, { effect, reasons }: Decision, unresolved: boolean): VerifyIssue[] {
  const tier = unresolved ? "heuristic" : "decision_procedure";
  const texts = reasons.map(({ policy_id, message }) => `${policy_id}: ${message}`).join("; ");
  switch (effect) {
    case "allow":
      return unresolved ? [undecided(action, "the policy decides again when the references are resolved")] : [];
    case "deny":
      return [error(action, { code: "policy_denied", message: texts }, tier)];
    case "require_approval":
      return [{ action_id: action.id, severity: "info", code: "approval_required", message: texts, tier }];
  }
}

function requestOf({ tools, now, principal }: VerifyContext, { action, proposalId }: Visited) {
  return {
    action,
    parameters: action.parameters as Action["metadata"],
    tool: action.type === "tool_call" ? tools?.get(action.tool)?.schema : undefined,
    principal,
    run_id: "0".repeat(32),
    proposal_id: proposalId,
    attempt: 1,
    now,
    mode: "verify" as const,
  };
}

/** Tells whether the policy's answer rests on something that nobody can know yet. */
class WatchedState implements PolicyStateView {
  lookedAtUnknown = false;
  private readonly state: AbstractState;

  constructor(state: AbstractState) {
    this.state = state;
  }

  get(key: string, options?: { readonly trust?: "model" }): ReturnType<PolicyStateView["get"]> {
    const found = options?.trust === "model" ? this.state.get(key) : this.state.trusted(key);
    if (!found.known) this.lookedAtUnknown = true;
    return found.value;
  }
}
