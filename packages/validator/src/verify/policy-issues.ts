import { type Action, type JsonObject, ToolCall } from "@car/ir";
import { proposedCompensation, settledValue } from "@car/ir/internal";
import type { Decision, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import type { AbstractState } from "./abstract-state.js";
import type { Visited } from "./action-issues.js";
import type { Batch } from "./batch-issues.js";
import { error, undecided } from "./issue.js";
import type { VerifyContext } from "./verify-options.js";
import type { IssueTier, VerifyIssue } from "./verify-report.js";

/** What the policy says, as far as it can be asked before anything runs. */
export async function policyIssues(context: VerifyContext, { action, batch }: Visited): Promise<VerifyIssue[]> {
  if (context.policy === undefined) return [];
  const view = new WatchedState(context.state);
  const settled = settledValue(action.parameters as JsonObject);
  const parameters = (settled ?? action.parameters) as JsonObject;
  const decision = await decisionOf(context, requestOf(context, batch, { action, parameters }), view);
  if (view.sawUnknown) return [undecided(action, "the policy looks at state that a tool may change")];
  if (decision === undefined) return [error(action, { code: "policy_denied", message: FAILED })];
  const tier = settled === undefined || view.sawClaim ? "heuristic" : "decision_procedure";
  const issues = issuesOf(action, decision, tier);
  if (!view.sawClaim || issues.length > 0) return issues;
  return [undecided(action, "the policy rests on an action's claim about the state", tier)];
}

/** What the policy denies of the compensations that the proposer wrote. */
export async function compensationDenials(context: VerifyContext, batch: Batch): Promise<VerifyIssue[]> {
  const issues: VerifyIssue[] = [];
  for (const [index, action] of context.policy === undefined ? [] : batch.proposal.actions.entries()) {
    const compensation = proposedCompensation(action, batch.admission.tools[index]?.schema);
    if (compensation === undefined) continue;
    const { tool, parameters } = compensation;
    const call = ToolCall.parse({ id: action.id, type: "tool_call", tool, parameters });
    const request = requestOf(context, batch, { action: call, parameters });
    const decision = await decisionOf(context, request, new WatchedState(context.state));
    if (decision?.effect === "allow" || decision?.effect === "require_approval") continue;
    const message = `compensation: ${decision === undefined ? FAILED : denialText(decision)}`;
    issues.push(error(action, { code: "policy_denied", message }));
  }
  return issues;
}

const FAILED = "the policy failed, so it denies";

/** `undefined` when the policy failed. */
async function decisionOf(
  { policy }: VerifyContext,
  request: PolicyRequest,
  view: PolicyStateView,
): Promise<Decision | undefined> {
  try {
    const decision = await policy!.check(request, view);
    return Array.isArray(decision.reasons) ? decision : undefined;
  } catch {
    return undefined;
  }
}

function issuesOf(action: Action, decision: Decision, tier: IssueTier): VerifyIssue[] {
  const { effect, reasons } = decision;
  if (effect === "allow") return [];
  if (effect === "require_approval") {
    const message = textsOf(decision) || "approval is required";
    return [{ action_id: action.id, severity: "info", code: "approval_required", message, tier }];
  }
  // Whatever else a policy answers is no permission.
  if (reasons.length === 0) return [error(action, { code: "policy_denied", message: denialText(decision) }, tier)];
  return reasons.map((reason) => error(action, { code: "policy_denied", message: textOf(reason) }, tier));
}

function denialText(decision: Decision): string {
  return textsOf(decision) || "denied by policy";
}

function textsOf({ reasons }: Decision): string {
  return reasons.map(textOf).join("; ");
}

function textOf({ policy_id, message }: Decision["reasons"][number]): string {
  return `${policy_id}: ${message}`;
}

function requestOf(
  { tools, now, principal }: VerifyContext,
  { proposal }: Batch,
  { action, parameters }: Pick<PolicyRequest, "action" | "parameters">,
): PolicyRequest {
  return {
    action,
    parameters,
    tool: action.type === "tool_call" ? tools?.get(action.tool)?.schema : undefined,
    principal,
    run_id: "0".repeat(32),
    proposal_id: proposal.id,
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
