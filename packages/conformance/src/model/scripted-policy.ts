import { canonicalJson, jsonEqual } from "@car/ir";
import { mayAbort } from "@car/ir/internal";
import {
  ALLOW,
  type Decision,
  type PlanFinding,
  type PolicyEngine,
  type PolicyRequest,
  type PolicyStateView,
} from "@car/ir/ports";
import type { Quoted, ScriptedRule } from "./world.js";

/**
 * A policy engine that follows scripted rules: a denial wins over a request for approval. A denial that no state can
 * change is given without a look at the state.
 */
export function scriptedPolicy(rules: readonly ScriptedRule[]): PolicyEngine {
  const rulesFor = ({ action }: Pick<PolicyRequest, "action">): readonly ScriptedRule[] =>
    rules.filter(({ tool }) => action.type === "tool_call" && tool === action.tool);
  return {
    version: "scripted-1",
    supports: { rateLimits: false },
    check(request, state) {
      const own = rulesFor(request);
      if (own.some(({ effect }) => effect === "deny") || own.some((rule) => isUnmet(rule, state))) return DENY;
      const reasons = own.flatMap((rule) => {
        if (rule.effect !== "require_approval") return [];
        return [{ policy_id: `rule${rules.indexOf(rule)}`, message: textOf(rule.quotes, request, state) }];
      });
      return reasons.length === 0 ? ALLOW : { effect: "require_approval", reasons };
    },
    checkPlan: (plan) =>
      plan.actions
        .filter((action, index) => plan.scheduled(index) && mayAbort(action))
        .filter((action) => rulesFor({ action }).some(({ effect }) => effect === "deny"))
        .map(({ id }): PlanFinding => ({
          effect: "deny",
          policy_id: "scripted",
          message: "it says deny",
          action_ids: [id],
        })),
    keysRead(action) {
      return rulesFor({ action }).flatMap((rule) => {
        if (rule.effect === "require_state") return [rule.key];
        return rule.effect === "require_approval" && rule.quotes?.what === "state" ? [rule.quotes.key] : [];
      });
    },
  };
}

const DENY: Decision = { effect: "deny", reasons: [{ policy_id: "scripted", message: "it says deny" }] };

function isUnmet(rule: ScriptedRule, state: PolicyStateView): boolean {
  if (rule.effect !== "require_state") return false;
  return !jsonEqual(state.get(rule.key, rule.trust === undefined ? {} : { trust: rule.trust }), rule.value);
}

function textOf(quotes: Quoted | undefined, { attempt, now }: PolicyRequest, state: PolicyStateView): string {
  switch (quotes?.what) {
    case undefined:
      return "ask first";
    case "attempt":
      return `attempt ${attempt}`;
    case "time":
      return `step ${Math.floor(now / quotes.stepMs)}`;
    case "state": {
      const value = state.get(quotes.key, { trust: "model" });
      return value === undefined ? "nothing there" : canonicalJson(value);
    }
  }
}
