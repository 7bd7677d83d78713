import { assertKnownOptions } from "@car/ir/internal";
import { ALLOW, type Decision, type PolicyReason, type PolicyRequest, type PolicyStateView } from "@car/ir/ports";
import { deny } from "../decision/decisions.js";
import type { DecidingRule } from "./compiled-rule.js";
import { ALL_ACTIONS, callsOf } from "./rule-scope.js";

/** A host's own code as a rule. It has no opinion when it gives nothing; what it throws is a denial. */
export type EvaluateRule = (
  request: PolicyRequest,
  state: PolicyStateView,
) => Decision | undefined | void | Promise<Decision | undefined | void>;

/** A rule made by `definePolicy`. */
export interface FunctionRule {
  readonly type: "function";
  readonly id: string;
  readonly evaluate: EvaluateRule;
  /** Tools whose calls it sees; absent: actions of every type. */
  readonly tools?: readonly string[];
}

/**
 * A rule in code, for what data cannot say. It reads the state outside of the run's locks, so what it read may change
 * while the run goes on. `tools` (exact or `prefix*`) narrows it to calls of those tools and makes the others cheaper.
 */
export function definePolicy(
  id: string,
  evaluate: EvaluateRule,
  options: { readonly tools?: readonly string[] } = {},
): FunctionRule {
  assertKnownOptions(options, ["tools"], "definePolicy");
  return { type: "function", id, evaluate, ...options };
}

export function compileFunctionRule({ evaluate, tools }: FunctionRule, id: string): DecidingRule {
  return {
    kind: "deciding",
    id,
    scope: tools === undefined ? ALL_ACTIONS : callsOf(...tools),
    keysRead: [],
    evaluate(request, state) {
      const answer = evaluate(request, state);
      if (answer === undefined) return undefined;
      return isPromiseLike(answer) ? answer.then((late) => soundDecision(late, id)) : soundDecision(answer, id);
    },
  };
}

/** True for anything that must be waited for. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** What the host's code gave, as a decision that can be relied on. Anything unheard-of is a denial. */
function soundDecision(answer: unknown, id: string): Decision | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer !== "object" || answer === null || !("effect" in answer))
    return deny(id, "the rule gave no decision");
  const { effect } = answer;
  if (effect === "allow") return ALLOW;
  if (effect !== "deny" && effect !== "require_approval") return deny(id, "the rule gave an unknown effect");
  const reasons = "reasons" in answer && Array.isArray(answer.reasons) ? answer.reasons.filter(isReason) : [];
  return { effect, reasons: reasons.length > 0 ? reasons : [{ policy_id: id, message: "no reason was given" }] };
}

function isReason(value: unknown): value is PolicyReason {
  if (typeof value !== "object" || value === null) return false;
  const { policy_id, message } = value as Partial<PolicyReason>;
  return typeof policy_id === "string" && typeof message === "string";
}
