import * as z from "zod";
import { compileParamTest } from "../conditions/param-test.js";
import { deny } from "../decision/decisions.js";
import { ParamField, ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import { oneOperatorSchema, refineOneOperator } from "../schema/one-operator.js";
import { type OperatorData, operatorFields } from "../schema/operators.js";
import type { ValueCondition } from "../schema/value-condition.js";
import { actionRule } from "./action-rule.js";
import type { DecidingRule } from "./compiled-rule.js";
import { paramsOf } from "./flow-target.js";
import { callsOf } from "./rule-scope.js";
import { paramText } from "./param-text.js";

/** Denies calls of a tool in which a parameter satisfies a condition. */
export const DenyToolParam = z
  .strictObject({
    type: z.literal("deny_tool_param"),
    ...ruleBase,
    tool: ToolField,
    param: ParamField,
    ...operatorFields,
  })
  .superRefine(refineOneOperator)
  .meta(oneOperatorSchema);
export type DenyToolParam = z.infer<typeof DenyToolParam>;

/** What `denyToolParam` takes: exactly one operator among them. */
export type DenyToolParamOptions = ValueCondition & {
  readonly id?: string;
  readonly message?: string;
  /** Its name, or `prefix*`. */
  readonly tool: string;
  /** A dot path such as `headers.host`, or a list of names. `*` is every member; lists are gone through. */
  readonly param: ParamField;
};

/**
 * Denies a call when the parameter, or anything inside it, satisfies the condition. What cannot be compared, or is too
 * long to be searched, is denied as well.
 */
export function denyToolParam(options: DenyToolParamOptions): DenyToolParam {
  return { type: "deny_tool_param", ...toData(options) } as DenyToolParam;
}

export function compileDenyToolParam(rule: DenyToolParam, id: string): DecidingRule {
  const test = compileParamTest(rule);
  const subject = paramText(rule);
  const denial = deny(id, rule.message ?? `${subject} ${complaint(rule)}`);
  const undecided = deny(id, rule.message ?? `${subject} cannot be compared or is too long to be checked`);
  return actionRule({
    id,
    scope: callsOf(rule.tool),
    params: paramsOf(rule.param),
    judge(parameters) {
      const found = test.some(parameters);
      if (found === "no") return undefined;
      return found === "yes" ? denial : undecided;
    },
  });
}

/** Names the operator and never its operand, which is the text that was found. */
function complaint(rule: OperatorData): string {
  if (rule.present !== undefined) return rule.present ? "must not be given" : "must be given";
  if (rule.contains !== undefined || rule.starts_with !== undefined) return "holds a denied text";
  if (rule.matches !== undefined) return "matches a denied pattern";
  return rule.equals !== undefined || rule.one_of !== undefined ? "has a denied value" : "is outside of its bounds";
}
