import type { PlanFinding, PolicyPlan } from "@car/ir/ports";
import type { DecidingRule } from "../rules/compiled-rule.js";
import type { RuleSet } from "./rule-index.js";

/** Asks every rule over several calls, or over data flow, about the calls of a plan that it sees. */
export function checkPlan(
  plan: PolicyPlan,
  rulesFor: (action: PolicyPlan["actions"][number]) => RuleSet,
  onRuleError: ((error: unknown, policyId: string) => void) | undefined,
): readonly PlanFinding[] {
  if (plan.actions.length === 1) return askAboutOne(plan, rulesFor(plan.actions[0]!).planning, onRuleError);
  let seen: Map<DecidingRule, number[]> | undefined;
  for (let index = 0; index < plan.actions.length; index++) {
    const { planning } = rulesFor(plan.actions[index]!);
    if (planning.length === 0 || !plan.scheduled(index)) continue;
    seen ??= new Map();
    for (const rule of planning) {
      const known = seen.get(rule);
      if (known === undefined) seen.set(rule, [index]);
      else known.push(index);
    }
  }
  if (seen === undefined) return NONE;
  return [...seen].flatMap(([rule, actions]) => ask(rule, plan, { actions, onRuleError }));
}

const FIRST: readonly number[] = Object.freeze([0]);

/** Most proposals are one call: they pay for no more. */
function askAboutOne(
  plan: PolicyPlan,
  planning: readonly DecidingRule[],
  onRuleError: ((error: unknown, policyId: string) => void) | undefined,
): readonly PlanFinding[] {
  let found = NONE;
  if (planning.length === 0 || !plan.scheduled(0)) return found;
  for (const rule of planning) {
    const more = ask(rule, plan, { actions: FIRST, onRuleError });
    if (more.length > 0) found = [...found, ...more];
  }
  return found;
}

const NONE: readonly PlanFinding[] = Object.freeze([]);

function ask(
  rule: DecidingRule,
  plan: PolicyPlan,
  {
    actions,
    onRuleError,
  }: {
    readonly actions: readonly number[];
    readonly onRuleError: ((error: unknown, policyId: string) => void) | undefined;
  },
): readonly PlanFinding[] {
  try {
    return rule.plan?.(plan, actions) ?? NONE;
  } catch (error) {
    try {
      onRuleError?.(error, rule.id);
    } catch {
      // The denial stands whatever becomes of the report.
    }
    const action_ids = actions.map((index) => plan.actions[index]!.id);
    return [{ effect: "deny", policy_id: rule.id, message: "the rule failed", action_ids }];
  }
}
