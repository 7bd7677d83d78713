import * as z from "zod";
import { askApproval } from "../decision/decisions.js";
import { LabelsField, TargetsField } from "../schema/flow-fields.js";
import { ruleBase } from "../schema/rule-base.js";
import type { DecidingRule } from "./compiled-rule.js";
import type { FlowOptions } from "./deny-flow.js";
import { compileFlowRule } from "./flow-rule.js";

/** Asks for approval of calls that data with a label would reach. */
export const RequireApprovalForFlow = z.strictObject({
  type: z.literal("require_approval_for_flow"),
  ...ruleBase,
  from: LabelsField,
  to: TargetsField,
});
export type RequireApprovalForFlow = z.infer<typeof RequireApprovalForFlow>;

/** Asks for approval when data with one of the labels would reach a call, or the parameter that is named. */
export function requireApprovalForFlow(options: FlowOptions): RequireApprovalForFlow {
  return { type: "require_approval_for_flow", ...options } as RequireApprovalForFlow;
}

export function compileRequireApprovalForFlow(rule: RequireApprovalForFlow, id: string): DecidingRule {
  const verb = "needs approval to reach";
  return compileFlowRule(rule, id, { effect: "require_approval", decide: askApproval, verb });
}
