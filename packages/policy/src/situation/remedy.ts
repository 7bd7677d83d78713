import { listOf } from "../schema/flow-fields.js";
import { OPERATORS } from "../schema/one-operator.js";
import type { OperatorData } from "../schema/operators.js";
import type { PolicyRule } from "../rules/compile-rule.js";
import { paramName } from "../rules/param-text.js";

/** What would have to change for a rule that stops an action to let it pass. */
export function remedyOf(rule: PolicyRule): string {
  switch (rule.type) {
    case "deny_tool":
      return `another tool than \`${rule.tool}\` is used`;
    case "deny_tool_param":
      return `\`${paramName(rule.param)}\` is not ${conditionText(rule)}`;
    case "allow_tool_param":
      return `\`${paramName(rule.param)}\` is ${conditionText(rule)}${rule.optional === true ? ", or not given" : ""}`;
    case "deny_keyword":
      return `no text of the parameters has one of ${JSON.stringify(rule.keywords)}`;
    case "require_state":
      return `the state has ${rule.value === undefined ? "a value" : JSON.stringify(rule.value)} at \`${rule.key}\`${
        rule.trust === undefined ? " that the host or a tool wrote" : ""
      }`;
    case "rate_limit_tool":
      return `fewer than ${rule.max_calls} calls were made in the last ${rule.interval_ms} ms`;
    case "require_approval":
      return "somebody approves, or a condition of `when` does not hold";
    case "function":
      return "the function says otherwise";
    case "allow_tool":
    case "allow_state":
    case "endorse":
      return "it stops nothing";
    default:
      return sessionRemedy(rule);
  }
}

type SessionRule = Extract<
  PolicyRule,
  {
    type:
      | "deny_flow"
      | "require_approval_for_flow"
      | "trusted_only"
      | "max_calls"
      | "must_precede"
      | "never_after"
      | "never_together"
      | "separation_of_duties";
  }
>;

function sessionRemedy(rule: SessionRule): string {
  switch (rule.type) {
    case "deny_flow":
    case "require_approval_for_flow":
      return `no data labelled ${listOf(rule.from).join(" or ")} gets there, or a tool that \`endorse\` names cleans it`;
    case "trusted_only":
      return `the value of \`${paramName(rule.param)}\` stands in ${(rule.accept ?? ["request", "trusted"]).join(" or ")} data`;
    case "max_calls":
      return `fewer than ${rule.max} calls of \`${rule.tool}\` are made in one ${rule.per ?? "session"}`;
    case "must_precede":
      return `a call of \`${rule.first}\` succeeds first`;
    case "never_after":
      return `\`${rule.first}\` was not called in this session`;
    case "never_together":
      return `no other of ${rule.tools.join(", ")} was called in this session`;
    case "separation_of_duties":
      return `another one calls it, or with a \`${rule.param}\` that no other of ${rule.tools.join(", ")} had`;
  }
}

function conditionText(condition: OperatorData): string {
  const operator = OPERATORS.find((name) => condition[name] !== undefined) ?? "present";
  return `${operator} ${JSON.stringify(condition[operator])}`;
}
