import type { PolicyRequest, PolicyStateView } from "@car/ir/ports";
import * as z from "zod";
import { compileParamTest } from "../conditions/param-test.js";
import { both, type Truth } from "../conditions/truth.js";
import { compileValueTest } from "../conditions/value-test.js";
import { askApproval } from "../decision/decisions.js";
import { ParamField, ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import { countOperators, OPERATORS } from "../schema/one-operator.js";
import { operatorFields } from "../schema/operators.js";
import type { ValueCondition } from "../schema/value-condition.js";
import type { DecidingRule } from "./compiled-rule.js";
import { callsOf } from "./rule-scope.js";
import { toolText } from "./deny-tool.js";
import { stateValue } from "./require-state.js";

/** What must hold of a parameter or of the state. A state key without an operator must be there. */
const ApprovalCondition = z
  .strictObject({
    param: ParamField.optional(),
    state: z.string().min(1).optional().describe("A state key."),
    trust: z.literal("model").optional().describe("Also believe a state value that a model wrote."),
    ...operatorFields,
  })
  .superRefine((condition, context) => {
    const { param, state, trust } = condition;
    const operators = countOperators(condition);
    if ((param === undefined) === (state === undefined)) context.addIssue("needs either `param` or `state`");
    if (operators > 1 || (operators === 0 && param !== undefined)) {
      context.addIssue(`needs exactly one of ${OPERATORS.join(", ")}`);
    }
    if (trust !== undefined && state === undefined) context.addIssue("`trust` goes with `state`");
  })
  .meta({ oneOf: [{ required: ["param"] }, { required: ["state"] }] });
type ApprovalCondition = z.infer<typeof ApprovalCondition>;

/** Asks for approval of calls of a tool. */
export const RequireApproval = z.strictObject({
  type: z.literal("require_approval"),
  ...ruleBase,
  tool: ToolField,
  when: z.array(ApprovalCondition).min(1).max(100).optional().describe("All must hold. Absent: every call."),
});
export type RequireApproval = z.infer<typeof RequireApproval>;

/** What must hold of a parameter or of the state, as code writes it. */
export type ApprovalConditionOptions =
  | (ValueCondition & { readonly param: ParamField })
  | (ValueCondition & { readonly state: string; readonly trust?: "model" })
  | { readonly state: string; readonly trust?: "model" };

/** What `requireApproval` takes. */
export interface RequireApprovalOptions {
  readonly id?: string;
  readonly message?: string;
  /** Its name, or `prefix*`. */
  readonly tool: string;
  /** All must hold. Default: every call needs approval. */
  readonly when?: ApprovalConditionOptions | readonly ApprovalConditionOptions[];
}

/** Asks for approval of a tool's calls. A condition that cannot be decided counts as met. */
export function requireApproval(options: string | RequireApprovalOptions): RequireApproval {
  const { when, ...rest } = typeof options === "string" ? { tool: options, when: undefined } : options;
  const conditions = when === undefined ? undefined : [when].flat().map((condition) => toData(condition));
  return { type: "require_approval", ...toData({ ...rest, when: conditions }) } as RequireApproval;
}

export function compileRequireApproval(rule: RequireApproval, id: string): DecidingRule {
  const { tool, when = [], message } = rule;
  const tests = when.map(compileCondition);
  const request = askApproval(id, message ?? `a call of ${toolText(tool)} needs approval`);
  return {
    kind: "deciding",
    id,
    scope: callsOf(tool),
    keysRead: when.flatMap(({ state }) => state ?? []),
    evaluate(asked, state) {
      let found: Truth = "yes";
      for (const test of tests) found = both(found, test(asked, state));
      return found === "no" ? undefined : request;
    },
  };
}

type ConditionTest = (request: PolicyRequest, state: PolicyStateView) => Truth;

function compileCondition(condition: ApprovalCondition): ConditionTest {
  const { param, state: key, trust } = condition;
  if (param !== undefined) {
    const test = compileParamTest({ ...condition, param });
    return ({ parameters }) => test.some(parameters);
  }
  const operator = countOperators(condition) === 0 ? { present: true } : condition;
  const test = compileValueTest(operator);
  return (_request, state) => (key === undefined ? "unknown" : test.some(stateValue(state, key, trust)));
}
