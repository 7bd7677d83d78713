import { ALLOW, type Decision, type PolicyEngine } from "@car/ir/ports";

/** A policy engine that decides with `check`. */
export function policyOf(check: PolicyEngine["check"], keysRead: PolicyEngine["keysRead"] = () => []): PolicyEngine {
  return { version: "test-1", supports: { rateLimits: false }, check, keysRead };
}

/** A denial by the rule `test_rule`. */
export const DENY: Decision = { effect: "deny", reasons: [{ policy_id: "test_rule", message: "not today" }] };

/** A request for approval by the rule `test_rule`. */
export const ASK: Decision = {
  effect: "require_approval",
  reasons: [{ policy_id: "test_rule", message: "ask first" }],
};

/** Denies calls of `tool`, allows everything else. */
export function denying(tool: string): PolicyEngine {
  return policyOf(({ action }) => (action.type === "tool_call" && action.tool === tool ? DENY : ALLOW));
}

/** Wants every call of `tool` approved. */
export function asking(tool: string): PolicyEngine {
  return policyOf(({ action }) => (action.type === "tool_call" && action.tool === tool ? ASK : ALLOW));
}
