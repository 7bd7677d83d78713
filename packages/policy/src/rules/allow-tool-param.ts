import * as z from "zod";
import { compileParamTest } from "../conditions/param-test.js";
import { allow, deny } from "../decision/decisions.js";
import { ParamField, ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import { oneOperatorSchema, refineOneOperator } from "../schema/one-operator.js";
import { operatorFields } from "../schema/operators.js";
import type { ValueCondition } from "../schema/value-condition.js";
import { actionRule } from "./action-rule.js";
import type { DecidingRule } from "./compiled-rule.js";
import { paramsOf } from "./flow-target.js";
import { callsOf } from "./rule-scope.js";
import { paramText } from "./param-text.js";

/** Denies calls of a tool unless a parameter satisfies a condition, and allows the others. */
export const AllowToolParam = z
  .strictObject({
    type: z.literal("allow_tool_param"),
    ...ruleBase,
    tool: ToolField,
    param: ParamField,
    ...operatorFields,
    optional: z.boolean().optional().describe("Whether the parameter may be left out. Default: no."),
  })
  .superRefine(refineOneOperator)
  .meta(oneOperatorSchema);
export type AllowToolParam = z.infer<typeof AllowToolParam>;

/** What `allowToolParam` takes: exactly one operator among them. */
export type AllowToolParamOptions = ValueCondition & {
  readonly id?: string;
  readonly message?: string;
  /** Its name, or `prefix*`. */
  readonly tool: string;
  /** A dot path such as `headers.host`, or a list of names. `*` is every member; lists are gone through. */
  readonly param: ParamField;
  /** Whether the parameter may be left out. Default: no. */
  readonly optional?: boolean;
};

/**
 * Denies a call unless the parameter satisfies the condition; of a list, every item must, and an empty one does not.
 * A pattern is found anywhere: write `^` and `$` around one that must cover the whole text.
 */
export function allowToolParam(options: AllowToolParamOptions): AllowToolParam {
  return { type: "allow_tool_param", ...toData(options) } as AllowToolParam;
}

export function compileAllowToolParam(rule: AllowToolParam, id: string): DecidingRule {
  const test = compileParamTest(rule);
  const subject = paramText(rule);
  const denial = deny(id, rule.message ?? `${subject} is missing or has a value that is not allowed`);
  const undecided = deny(id, rule.message ?? `${subject} cannot be compared or is too long to be checked`);
  return actionRule({
    id,
    scope: callsOf(rule.tool),
    params: paramsOf(rule.param),
    judge(parameters) {
      const found = test.every(parameters);
      if (found === "yes") return allow();
      return found === "no" ? denial : undecided;
    },
  });
}
