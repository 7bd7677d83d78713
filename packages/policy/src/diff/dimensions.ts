import type { JsonValue } from "@car/ir";
import { paramName } from "../rules/param-text.js";
import type { DataRule } from "../rules/data-rule.js";
import { topLevel } from "../rules/flow-target.js";
import { listOf } from "../schema/flow-fields.js";
import type { ParamField } from "../schema/fields.js";
import type { OperatorData } from "../schema/operators.js";

/** One thing that a rule looks at, and how it looks at it. */
export interface Look {
  /** Two rules with one name look at the same thing. */
  readonly name: string;
  readonly kind: "param" | "state" | "label" | "source" | "sink" | "history";
  /** Path of a parameter, state key, label, or tool. */
  readonly path: readonly string[];
  readonly condition?: OperatorData;
}

/** What a rule looks at; a text when that cannot be told in a finite number of ways. */
export function looksOf(rule: DataRule): readonly Look[] | string {
  switch (rule.type) {
    case "deny_tool":
    case "allow_tool":
    case "allow_state":
    case "endorse":
      return [];
    case "deny_tool_param":
    case "allow_tool_param":
      return param(rule.param, rule);
    case "require_state":
      if (rule.trust === "model") return "it believes values that a model wrote";
      return [state(rule.key, rule.value === undefined ? { present: true } : { equals: rule.value })];
    case "require_approval":
      return approval(rule);
    case "deny_flow":
    case "require_approval_for_flow":
      return flow(rule);
    case "trusted_only":
      return trusted(rule);
    case "max_calls":
      return rule.per === "proposal" ? "it counts the calls of a proposal" : [history(rule.tool)];
    case "must_precede":
    case "never_after":
      return [history(rule.first)];
    case "never_together":
      return rule.tools.map(history);
    case "deny_keyword":
      return "it searches all texts";
    case "rate_limit_tool":
      return "it counts over time";
    case "separation_of_duties":
      return "it compares values of several calls";
  }
}

function param(path: ParamField, condition: OperatorData): readonly Look[] | string {
  const names = typeof path === "string" ? path.split(".") : path;
  if (names.includes("*")) return "its path leads to every member";
  return [{ name: `param:${names[0]}`, kind: "param", path: names, condition }];
}

function state(key: string, condition: OperatorData): Look {
  return { name: `state:${key}`, kind: "state", path: [key], condition };
}

function history(tool: string): Look {
  return { name: "history", kind: "history", path: [tool] };
}

function approval({ when = [] }: Extract<DataRule, { type: "require_approval" }>): readonly Look[] | string {
  const looks: Look[] = [];
  for (const { param: path, state: key, trust, ...condition } of when) {
    if (trust === "model") return "it believes values that a model wrote";
    const found =
      path === undefined
        ? [state(key ?? "", isEmpty(condition) ? { present: true } : condition)]
        : param(path, condition);
    if (typeof found === "string") return found;
    looks.push(...found);
  }
  // In a list one item can satisfy one condition and another the next.
  const names = looks.map(({ name }) => name);
  return new Set(names).size < names.length ? "it has several conditions on one place" : looks;
}

function isEmpty(condition: OperatorData): boolean {
  return Object.values<JsonValue | undefined>(condition).every((value) => value === undefined);
}

function flow({
  from,
  to,
}: Extract<DataRule, { type: "deny_flow" | "require_approval_for_flow" }>): readonly Look[] | string {
  const looks: Look[] = [];
  for (const target of listOf(to)) {
    if (target === "sinks") looks.push({ name: "sink", kind: "sink", path: [] });
    const path = typeof target === "string" ? undefined : target.param;
    const top = path === undefined ? undefined : topLevel(path);
    // A label can only be on what is given: the parameter is part of the question.
    const place = top ?? ANY_PARAM;
    looks.push(given(place));
    for (const label of listOf(from)) looks.push({ name: "label", kind: "label", path: [place, label] });
  }
  return looks;
}

function trusted(rule: Extract<DataRule, { type: "trusted_only" }>): readonly Look[] | string {
  if (rule.elements !== undefined || rule.accept_short !== undefined || rule.after !== undefined) {
    return "it looks at parts of values, or waits for labels";
  }
  const [top = "", ...deeper] = typeof rule.param === "string" ? rule.param.split(".") : rule.param;
  if (top === "*" || deeper.length > 0) return `\`${paramName(rule.param)}\` is not a parameter by itself`;
  return [given(top), { name: `source:${top}`, kind: "source", path: [top] }];
}

function given(name: string): Look {
  return { name: `param:${name}`, kind: "param", path: [name] };
}

/** Stands for every parameter that no rule names. */
const ANY_PARAM = "any_parameter";
