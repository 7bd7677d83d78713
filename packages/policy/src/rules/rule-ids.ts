import { listOf } from "../schema/flow-fields.js";
import type { PolicyRule } from "./compile-rule.js";
import { paramName } from "./param-text.js";

/**
 * An id for each rule: the one it was given, else one that says what it is about. A derived id that is taken gets a
 * number. Never made of what a rule searches for, because ids appear beside denials.
 */
export function ruleIds(rules: readonly PolicyRule[]): readonly string[] {
  const taken = new Set(rules.flatMap(({ id }) => id ?? []));
  const counts = new Map<string, number>();
  return rules.map((rule) => {
    if (rule.id !== undefined) return rule.id;
    const wanted = derivedId(rule);
    let count = counts.get(wanted) ?? 1;
    const numbered = (): string => (count === 1 ? wanted : `${wanted}#${count}`);
    while (taken.has(numbered())) count++;
    counts.set(wanted, count + 1);
    return numbered();
  });
}

function derivedId(rule: PolicyRule): string {
  switch (rule.type) {
    case "deny_tool":
    case "allow_tool":
    case "rate_limit_tool":
    case "require_approval":
    case "endorse":
    case "max_calls":
      return `${rule.type}:${rule.tool}`;
    case "deny_tool_param":
    case "allow_tool_param":
    case "trusted_only":
      return `${rule.type}:${rule.tool}.${paramName(rule.param)}`;
    case "require_state":
      return `${rule.type}:${rule.key}`;
    case "must_precede":
    case "never_after":
      return `${rule.type}:${rule.first},${rule.then}`;
    case "never_together":
    case "separation_of_duties":
      return `${rule.type}:${rule.tools.join(",")}`;
    case "deny_flow":
    case "require_approval_for_flow":
      return `${rule.type}:${listOf(rule.from).join(",")}`;
    case "deny_keyword":
    case "allow_state":
      return rule.type;
    case "function":
      return rule.id;
  }
}
