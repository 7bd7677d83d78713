import type { Reason } from "@car/ir";
import { denialReasons } from "@car/ir/internal";
import { ALLOW, type Decision, type PlanFinding, type PolicyReason, type ShadowDecision } from "@car/ir/ports";
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
    const read = readReasons(reasons);
    if (read === undefined) return undefined;
    // Nobody can be asked about what is not shown.
    if (effect === "require_approval" && reasons.length > MAX_REASONS) return { effect: "deny", reasons: read };
    const decision: Decision = { effect, reasons: read };
    return shadow === undefined ? decision : { ...decision, shadow: readShadow(shadow as ShadowDecision) };
  } catch {
    return undefined;
  }
}

/** What a policy on trial says is for the log only, and bounded like the rest. */
function readShadow({ version, effect, reasons }: ShadowDecision): ShadowDecision {
  return { version: plainText(version), effect, reasons: readReasons(reasons) ?? [] };
}

/** Most reasons of one decision that are kept; of more the last says how many there are. */
const MAX_REASONS = 256;

function readReasons(reasons: readonly unknown[]): readonly PolicyReason[] | undefined {
  const read: PolicyReason[] = [];
  for (const reason of reasons.length > MAX_REASONS ? reasons.slice(0, MAX_REASONS - 1) : reasons) {
    const one = readReason(reason);
    if (one === undefined) return undefined;
    read.push(one);
  }
  const left = reasons.length - read.length;
  if (left > 0) read.push({ policy_id: "policy_reasons", message: `and ${left} more` });
  return read;
}

function readReason(reason: unknown): PolicyReason | undefined {
  if (typeof reason !== "object" || reason === null) return undefined;
  const { policy_id, message } = reason as { readonly policy_id?: unknown; readonly message?: unknown };
  if (typeof policy_id !== "string" || typeof message !== "string") return undefined;
  return { policy_id: plainText(policy_id), message: plainText(message) };
}

/** Most reasons for which a plan is refused, of the first so many findings. */
const MAX_PLAN_REASONS = 10_000;

/** The reasons for which a policy's findings refuse a plan, bounded. Throws for what are no findings. */
export function planReasons(found: readonly PlanFinding[]): readonly Reason[] {
  if (found.length === 0) return NO_REASONS;
  const denials = found.filter(({ effect }) => effect !== "require_approval").slice(0, MAX_REASONS);
  const texts = ({ policy_id, message }: PlanFinding) => ({
    policy_id: plainText(policy_id),
    message: plainText(message),
  });
  return denialReasons(denials.map((finding) => ({ ...finding, ...texts(finding) }))).slice(0, MAX_PLAN_REASONS);
}

const NO_REASONS: readonly Reason[] = Object.freeze([]);

/** The decision that stands in for one that a policy did not give. */
export const FAILED_POLICY: Decision = Object.freeze({
  effect: "deny",
  reasons: Object.freeze([Object.freeze({ policy_id: "policy_error", message: "the policy failed, so it denies" })]),
});

/** The reasons of a decision as one line. */
export function decisionText({ effect, reasons }: Decision): string {
  if (reasons.length === 0) return effect === "deny" ? "denied by policy" : "approval is required";
  return plainText(reasons.map(({ policy_id, message }) => `${policy_id}: ${message}`).join("; "));
}
