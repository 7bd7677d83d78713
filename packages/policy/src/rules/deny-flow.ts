import * as z from "zod";
import { deny } from "../decision/decisions.js";
import { LabelsField, TargetsField } from "../schema/flow-fields.js";
import { ruleBase } from "../schema/rule-base.js";
import type { DecidingRule } from "./compiled-rule.js";
import { compileFlowRule } from "./flow-rule.js";

/** Denies calls that data with a label would reach. */
export const DenyFlow = z.strictObject({
  type: z.literal("deny_flow"),
  ...ruleBase,
  from: LabelsField,
  to: TargetsField,
});
export type DenyFlow = z.infer<typeof DenyFlow>;

/** What `denyFlow` and `requireApprovalForFlow` take. */
export interface FlowOptions {
  readonly id?: string;
  readonly message?: string;
  /** Labels; any of them. */
  readonly from: string | readonly string[];
  /** Tools (exact or `prefix*`), single parameters of them, or `"sinks"`: every tool that is declared a sink. */
  readonly to: FlowTargetOption | readonly FlowTargetOption[];
}

type FlowTargetOption = string | { readonly tool: string; readonly param?: string | readonly string[] };

/** Denies a call when data with one of the labels would reach it, or the parameter that is named. */
export function denyFlow(options: FlowOptions): DenyFlow {
  return { type: "deny_flow", ...options } as DenyFlow;
}

export function compileDenyFlow(rule: DenyFlow, id: string): DecidingRule {
  return compileFlowRule(rule, id, { effect: "deny", decide: deny, verb: "may not reach" });
}
