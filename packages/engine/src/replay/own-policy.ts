import type { PolicyEngine } from "@car/ir/ports";
import type { ReplayParts } from "./replay-parts.js";
import { inTime } from "./scripted-policy.js";

/** A host's own policy in the place of the recorded one: it decides anew, when the recorded one did. */
export function ownPolicy(parts: ReplayParts, version: string, own: PolicyEngine): PolicyEngine {
  return {
    version,
    supports: own.supports,
    check: (request, state) =>
      request.mode === "verify" ? own.check(request, state) : inTime(parts, request, own.check(request, state)),
    ...askedAsWell(own),
    ...(own.keysRead === undefined ? {} : { keysRead: (action) => own.keysRead!(action) }),
    ...(own.checkPlan === undefined ? {} : { checkPlan: (plan, state) => own.checkPlan!(plan, state) }),
  };
}

/** What a policy says beside its decisions. */
export function askedAsWell(own: PolicyEngine): Pick<PolicyEngine, "endorses"> {
  return own.endorses === undefined ? {} : { endorses: (tool) => own.endorses!(tool) };
}
