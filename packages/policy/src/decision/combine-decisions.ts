import { ALLOW, type Decision, type PolicyReason } from "@car/ir/ports";

/**
 * Combines the answers of many rules: one denial denies, else one request for approval asks, else the action is
 * allowed. Every reason of the winning effect is kept, in the order of `decisions`. Pure.
 */
export function combineDecisions(decisions: readonly Decision[]): Decision {
  const [only] = decisions;
  if (decisions.length === 1 && only !== undefined) return only;

  const denials = reasonsOf(decisions, "deny");
  if (denials !== undefined) return { effect: "deny", reasons: denials };

  const approvals = reasonsOf(decisions, "require_approval");
  if (approvals !== undefined) return { effect: "require_approval", reasons: approvals };

  return ALLOW;
}

/** The reasons of all decisions with that effect; `undefined` when there is no such decision. */
function reasonsOf(decisions: readonly Decision[], effect: Decision["effect"]): readonly PolicyReason[] | undefined {
  let reasons: PolicyReason[] | undefined;
  for (const decision of decisions) {
    if (decision.effect === effect) (reasons ??= []).push(...decision.reasons);
  }
  return reasons;
}
