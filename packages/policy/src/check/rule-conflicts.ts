import { canonicalJson, jsonEqual, type JsonValue, matchesKey } from "@car/ir";
import type { DataRule } from "../rules/data-rule.js";
import { paramName } from "../rules/param-text.js";
import type { RuleScope } from "../rules/rule-scope.js";

/** Two different rules of one policy. */
export interface RulePair {
  readonly rule: DataRule;
  readonly scope: RuleScope;
  readonly other: DataRule;
  readonly otherScope: RuleScope;
  /** Whether `rule` stands behind `other`: what is true of both is told once. */
  readonly isLater: boolean;
}

/** What is certainly odd about `rule` because of `other`, in words that the other's id follows; `undefined`: nothing. */
export function conflictOf(pair: RulePair): string | undefined {
  return repeated(pair) ?? shadowed(pair) ?? (pair.isLater ? contradiction(pair) : undefined);
}

function repeated({ rule, other, isLater }: RulePair): string | undefined {
  if (!isLater || rule.type !== other.type) return undefined;
  return canonicalJson(content(rule)) === canonicalJson(content(other)) ? "says the same as" : undefined;
}

function content(rule: DataRule): JsonValue {
  const said = Object.entries(rule).filter(([name]) => name !== "id" && name !== "message");
  return Object.fromEntries(said);
}

function shadowed(pair: RulePair): string | undefined {
  const { rule, other, isLater } = pair;
  if (other.type === "deny_tool" && isNarrower(pair)) {
    return rule.type.startsWith("allow") ? "contradicts" : "has no effect: every call it sees is denied by";
  }
  if (rule.type === "require_approval" && other.type === "require_approval") {
    const isWhole = other.when === undefined && matches(other.tool, rule.tool);
    const isSame = rule.when === undefined && other.tool === rule.tool && !isLater;
    return isWhole && !isSame ? "has no effect: every call it sees needs approval by" : undefined;
  }
  if (rule.type === "max_calls" && other.type === "max_calls") {
    const isSame = rule.tool === other.tool && (rule.per ?? "session") === (other.per ?? "session");
    return isSame && rule.max > other.max ? "has no effect: fewer calls are allowed by" : undefined;
  }
  return undefined;
}

/** Whether `rule` is about calls only, and all of them are calls that `other` sees. */
function isNarrower({ rule, scope, other, otherScope, isLater }: RulePair): boolean {
  if (rule.type === "endorse" || scope.stateActions || scope.tools.length === 0) return false;
  const isCovered = scope.tools.every((tool) => otherScope.tools.some((pattern) => matches(pattern, tool)));
  return isCovered && (rule.type !== other.type || !jsonEqual(content(rule), content(other)) || isLater);
}

/** Whether every tool that `tool` (exact or `prefix*`) means is one that `pattern` means. */
function matches(pattern: string, tool: string): boolean {
  if (!tool.endsWith("*")) return matchesKey(pattern, tool);
  return pattern.endsWith("*") && tool.slice(0, -1).startsWith(pattern.slice(0, -1));
}

function contradiction({ rule, other }: RulePair): string | undefined {
  if (rule.type === "allow_tool_param" && other.type === "allow_tool_param") {
    if (!sameParam(rule, other) || (rule.optional === true && other.optional === true)) return undefined;
    const own = choices(rule);
    const theirs = choices(other);
    if (own === undefined || theirs === undefined) return undefined;
    const isShared = own.some((value) => theirs.some((each) => jsonEqual(value, each)));
    return isShared ? undefined : "no value satisfies both this and";
  }
  if (rule.type === "deny_tool_param" && other.type === "deny_tool_param") {
    const isAll = rule.present !== undefined && other.present === !rule.present && sameParam(rule, other);
    return isAll ? "no call passes both this and" : undefined;
  }
  if (rule.type === "require_state" && other.type === "require_state") {
    const isOne = rule.key === other.key && rule.trust === other.trust && shareTools(rule.tools, other.tools);
    if (!isOne || rule.value === undefined || other.value === undefined) return undefined;
    return jsonEqual(rule.value, other.value) ? undefined : "no value of the state satisfies both this and";
  }
  const order = [rule, other].map(({ type }) => type).sort();
  if (order[0] === "must_precede" && order[1] === "never_after") {
    return isSameOrder(rule, other) ? "no call can satisfy both this and" : undefined;
  }
  return undefined;
}

function sameParam(
  left: Extract<DataRule, { type: "allow_tool_param" | "deny_tool_param" }>,
  right: Extract<DataRule, { type: "allow_tool_param" | "deny_tool_param" }>,
): boolean {
  const isOneTool = matches(left.tool, right.tool) || matches(right.tool, left.tool);
  // Through a list different items could satisfy different rules.
  return isOneTool && paramName(left.param) === paramName(right.param);
}

function choices(rule: Extract<DataRule, { type: "allow_tool_param" }>): readonly JsonValue[] | undefined {
  const { equals, one_of } = rule;
  const values = equals !== undefined ? [equals] : one_of;
  // A list can satisfy one rule as a whole and another item by item.
  return values?.some((value) => Array.isArray(value)) === true ? undefined : values;
}

function shareTools(left: readonly string[] = ["*"], right: readonly string[] = ["*"]): boolean {
  return left.some((one) => right.some((two) => matches(one, two) || matches(two, one)));
}

function isSameOrder(left: DataRule, right: DataRule): boolean {
  return "first" in left && "first" in right && left.first === right.first && left.then === right.then;
}
