import type { Decision } from "@car/ir/ports";

const EFFECTS: ReadonlySet<unknown> = new Set(["allow", "deny", "require_approval"]);

/** True for what a policy must answer; anything else counts as a failure of the policy. */
export function isDecision(value: unknown): value is Decision {
  if (typeof value !== "object" || value === null) return false;
  const { effect, reasons } = value as { readonly effect?: unknown; readonly reasons?: unknown };
  return EFFECTS.has(effect) && Array.isArray(reasons);
}

/** The reasons of a decision as one line. */
export function messageOf({ effect, reasons }: Decision): string {
  if (reasons.length === 0) return effect === "deny" ? "denied by policy" : "approval is required";
  return reasons.map(({ policy_id, message }) => `${policy_id}: ${message}`).join("; ");
}
