import { jsonEqual } from "@car/ir";
import { ALLOW, type Decision, type PolicyEngine, type PolicyStateView } from "@car/ir/ports";
import type { ScriptedRule } from "./world.js";

/** A policy engine that follows scripted rules: a denial wins over a request for approval. */
export function scriptedPolicy(rules: readonly ScriptedRule[]): PolicyEngine {
  return {
    version: "scripted-1",
    supports: { rateLimits: false },
    check({ action }, state) {
      const own = rules.filter(({ tool }) => action.type === "tool_call" && tool === action.tool);
      const effects = own.map((rule) => effectOf(rule, state));
      return decision(
        effects.includes("deny") ? "deny" : effects.includes("require_approval") ? "require_approval" : "allow",
      );
    },
    keysRead(action) {
      return rules.flatMap((rule) => {
        const applies = action.type === "tool_call" && action.tool === rule.tool && rule.effect === "require_state";
        return applies ? [rule.key] : [];
      });
    },
  };
}

function effectOf(rule: ScriptedRule, state: PolicyStateView): Decision["effect"] {
  if (rule.effect !== "require_state") return rule.effect;
  const seen = state.get(rule.key, rule.trust === undefined ? {} : { trust: rule.trust });
  return jsonEqual(seen, rule.value) ? "allow" : "deny";
}

function decision(effect: Decision["effect"]): Decision {
  return effect === "allow" ? ALLOW : { effect, reasons: [{ policy_id: "scripted", message: `it says ${effect}` }] };
}
