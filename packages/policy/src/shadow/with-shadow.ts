import { assertKnownOptions } from "@car/ir/internal";
import type { Decision, PolicyEngine, PolicyRequest, PolicyStateView, ShadowDecision } from "@car/ir/ports";

/** What `withShadow` takes besides the policies. */
export interface ShadowOptions {
  /** Told what the policy on trial threw; the decision only says that it failed. Must not throw. */
  readonly onShadowError?: (error: unknown) => void;
}

/**
 * Lets a policy decide while another one is on trial beside it: what the other would have decided is in the log, as
 * `shadow` of each `policy_decided`, and changes nothing. One that answers with a promise is not waited for, and counts as
 * `undecided`. It keeps limits of rate of its own. Approvals are bound to the version of the policy that decides.
 */
export function withShadow(policy: PolicyEngine, shadow: PolicyEngine, options: ShadowOptions = {}): PolicyEngine {
  assertKnownOptions(options, ["onShadowError"], "withShadow");
  const { onShadowError = () => undefined } = options;
  const beside = (decision: Decision, tried: ShadowDecision): Decision => ({ ...decision, shadow: tried });
  return {
    ...bound(policy),
    supports: {
      ...policy.supports,
      flow: policy.supports.flow === true || shadow.supports.flow === true,
      history: policy.supports.history === true || shadow.supports.history === true,
    },
    check(request, state) {
      // Before the first wait, so that both see the same.
      const tried = tryOut(shadow, { request, state, onShadowError });
      const decision = policy.check(request, state);
      return isPromise(decision) ? decision.then((answer) => beside(answer, tried)) : beside(decision, tried);
    },
  };
}

interface Trial {
  readonly request: PolicyRequest;
  readonly state: PolicyStateView;
  readonly onShadowError: (error: unknown) => void;
}

function tryOut(shadow: PolicyEngine, { request, state, onShadowError }: Trial): ShadowDecision {
  const { version } = shadow;
  try {
    const decision = shadow.check(request, state);
    if (!isPromise(decision)) {
      const { effect, reasons } = decision;
      return EFFECTS.has(effect) ? { version, effect, reasons } : { version, effect: "undecided", reasons: FAILED };
    }
    decision.then(undefined, onShadowError);
    return { version, effect: "undecided", reasons: LATER };
  } catch (error) {
    onShadowError(error);
    return { version, effect: "undecided", reasons: FAILED };
  }
}

const LATER = Object.freeze([
  { policy_id: "shadow", message: "it answers later, and a policy on trial is not waited for" },
]);
const EFFECTS: ReadonlySet<string> = new Set(["allow", "deny", "require_approval"]);
const FAILED = Object.freeze([{ policy_id: "shadow", message: "it failed" }]);

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}

/** The policy's own members, whatever object they need as `this`. */
function bound(policy: PolicyEngine): PolicyEngine {
  return {
    version: policy.version,
    supports: policy.supports,
    check: (request, state) => policy.check(request, state),
    ...(policy.keysRead && { keysRead: (action) => policy.keysRead!(action) }),
    ...(policy.checkPlan && { checkPlan: (plan, state) => policy.checkPlan!(plan, state) }),
    ...(policy.endorses && { endorses: (tool) => policy.endorses!(tool) }),
    ...(policy.tools && { tools: policy.tools }),
  };
}
