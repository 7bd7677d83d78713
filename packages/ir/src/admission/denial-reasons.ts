import type { PlanFinding } from "../ports/policy-flow.js";
import type { Reason } from "../result/reason.js";

const NONE: readonly Reason[] = Object.freeze([]);

/** Why a policy's findings over a plan refuse the proposal: one reason for each action that a finding names. */
export function denialReasons(found: readonly PlanFinding[]): readonly Reason[] {
  if (found.length === 0) return NONE;
  const reasons: Reason[] = [];
  for (const { effect, policy_id, message, action_ids } of found) {
    // What needs approval is asked for when it comes to the call; anything unheard-of is no permission.
    if (effect === "require_approval") continue;
    const reason: Reason = { code: "policy_denied", message: `${policy_id}: ${message}`, policies: [policy_id] };
    if (action_ids.length === 0) reasons.push(reason);
    for (const action_id of action_ids) reasons.push({ ...reason, action_id });
  }
  return reasons;
}
