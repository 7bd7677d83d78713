import { ALLOW, type Decision, type PolicyReason } from "@car/ir/ports";
import { plainText } from "../run/thrown.js";

/**
 * What a policy has answered, read once and copied; `undefined` for anything that is no decision. Never throws: getters
 * and proxies that do have given none.
 */
export function readDecision(answer: unknown): Decision | undefined {
  if (answer === ALLOW) return ALLOW;
  try {
    if (typeof answer !== "object" || answer === null) return undefined;
    const { effect, reasons, shadow } = answer as { readonly [Name in keyof Decision]?: unknown };
    if (effect !== "allow" && effect !== "deny" && effect !== "require_approval") return undefined;
    if (!Array.isArray(reasons)) return undefined;
    const read = (reasons as unknown[]).map(readReason);
    if (read.includes(undefined)) return undefined;
    const decision: Decision = { effect, reasons: read as readonly PolicyReason[] };
    return shadow === undefined ? decision : { ...decision, shadow: shadow as NonNullable<Decision["shadow"]> };
  } catch {
    return undefined;
  }
}

function readReason(reason: unknown): PolicyReason | undefined {
  if (typeof reason !== "object" || reason === null) return undefined;
  const { policy_id, message } = reason as { readonly policy_id?: unknown; readonly message?: unknown };
  if (typeof policy_id !== "string" || typeof message !== "string") return undefined;
  return { policy_id: plainText(policy_id), message: plainText(message) };
}

/** The decision that stands in for one that a policy did not give. */
export const FAILED_POLICY: Decision = Object.freeze({
  effect: "deny",
  reasons: Object.freeze([Object.freeze({ policy_id: "policy_error", message: "the policy failed, so it denies" })]),
});

/** The reasons of a decision as one line. */
export function decisionText({ effect, reasons }: Decision): string {
  if (reasons.length === 0) return effect === "deny" ? "denied by policy" : "approval is required";
  return reasons.map(({ policy_id, message }) => `${policy_id}: ${message}`).join("; ");
}
