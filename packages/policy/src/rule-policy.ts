import { contentHash, type JsonValue } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { ALLOW, type Decision, type PlanFinding, type PolicyEngine } from "@car/ir/ports";
import { deny } from "./decision/decisions.js";
import type { PolicyDocument } from "./document/policy-document.js";
import { soundPolicy } from "./document/sound-policy.js";
import { certainDenials } from "./engine/certain-denials.js";
import { checkPlan } from "./engine/check-plan.js";
import { createDecide } from "./engine/decide.js";
import { indexRules, type RuleIndex } from "./engine/rule-index.js";
import type { CompiledRule } from "./rules/compiled-rule.js";
import { compileRule, type PolicyRule } from "./rules/compile-rule.js";

/** What `rulePolicy` takes besides the rules. */
export interface RulePolicyOptions {
  /** What holds when no rule says anything. Default: what the document says, else `allow`. */
  readonly defaultEffect?: "allow" | "deny";
  /** Told of what a rule threw, for the host's own log; the decision only names the rule. What it throws is dropped. */
  readonly onRuleError?: (error: unknown, policyId: string) => void;
}

/**
 * A policy engine made of rules. Every rule that sees an action is asked, in any order with the same effect: one denial
 * denies, else one request for approval asks, else the action is allowed. Rate limits count in this engine, from zero.
 * @throws `PolicyDocumentInvalidError` for a rule that is not one, such as a pattern that RE2 does not know.
 */
export function rulePolicy(
  rules: readonly PolicyRule[] | PolicyDocument,
  options: RulePolicyOptions = {},
): PolicyEngine {
  assertKnownOptions(options, ["defaultEffect", "onRuleError"], "rulePolicy");
  const { rules: known, ids, defaultEffect } = soundPolicy(rules, options.defaultEffect);
  const compiled = known.map((rule, at) => compileRule(rule, ids[at] ?? ""));
  const { forAction, forTool } = indexRules(compiled);
  const fallback = defaultEffect === "allow" ? ALLOW : deny("default", "no rule allows this");
  const { onRuleError } = options;
  const decide = createDecide({ fallback, onRuleError });
  return {
    version: versionOf(known, defaultEffect),
    supports: { rateLimits: true, flow: asks(compiled, "flow"), history: asks(compiled, "history") },
    check: (request, state) => decide(forAction(request.action), request, state),
    keysRead: (action) => forAction(action).keysRead,
    ...planChecker(compiled, { forAction, fallback, onRuleError }),
    endorses: (tool) => forTool(tool).removes,
    tools: namedTools(compiled),
  };
}

interface PlanAsker {
  readonly forAction: RuleIndex["forAction"];
  readonly fallback: Decision;
  readonly onRuleError: RulePolicyOptions["onRuleError"];
}

/** Nothing where no rule has anything to say before its turn comes: then no plan has to be made. */
function planChecker(
  rules: readonly CompiledRule[],
  { forAction, fallback, onRuleError }: PlanAsker,
): Pick<PolicyEngine, "checkPlan"> {
  const deciding = rules.filter((rule) => rule.kind === "deciding");
  const planning = deciding.filter((rule) => rule.plan !== undefined);
  const mayJudge = fallback.effect === "deny" || deciding.some(({ judgement }) => judgement !== undefined);
  if (planning.length === 0 && !mayJudge) return {};
  const needLabels = planning.every((rule) => rule.needsLabels === true);
  return {
    checkPlan(plan) {
      const certain = mayJudge ? certainDenials(plan, forAction, fallback) : NONE;
      const found = needLabels && !plan.mayCarryLabels ? NONE : checkPlan(plan, forAction, onRuleError);
      return certain.length === 0 ? found : [...certain, ...found];
    },
  };
}

const NONE: readonly PlanFinding[] = Object.freeze([]);

function asks(rules: readonly CompiledRule[], what: "flow" | "history"): boolean {
  return rules.some((rule) => rule.kind === "deciding" && rule.asks === what);
}

/** Every tool that a rule names, once. `*` names none. */
function namedTools(rules: readonly CompiledRule[]): readonly string[] {
  const named = rules.flatMap(({ scope, names = [] }) => [...scope.tools, ...names]);
  return Object.freeze([...new Set(named)].filter((tool) => tool !== "*"));
}

/** A hash of what the rules say; of code only the id is known, so a host that changes a function renames it. */
function versionOf(rules: readonly PolicyRule[], defaultEffect: string): string {
  const content = rules.map((rule) =>
    rule.type === "function" ? { type: rule.type, id: rule.id, tools: rule.tools ?? null } : rule,
  );
  return contentHash({ default: defaultEffect, rules: content } as unknown as JsonValue);
}
