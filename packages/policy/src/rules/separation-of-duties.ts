import { canonicalJson, type JsonObject, matchesKey } from "@car/ir";
import { parameterReferences } from "@car/ir/internal";
import type { PolicyHistory, PolicyPlan } from "@car/ir/ports";
import * as z from "zod";
import { ToolListField } from "../schema/flow-fields.js";
import { ruleBase } from "../schema/rule-base.js";
import type { DecidingRule } from "./compiled-rule.js";
import { type AskedCall, compileHistoryRule } from "./history-rule.js";
import { toolOf } from "./tool-group.js";

/** Denies calls of one of several tools by who has called another of them for the same thing. */
export const SeparationOfDuties = z.strictObject({
  type: z.literal("separation_of_duties"),
  ...ruleBase,
  tools: ToolListField,
  param: z.string().min(1).max(256).describe("The parameter that says what it is about, such as `payment_id`."),
});
export type SeparationOfDuties = z.infer<typeof SeparationOfDuties>;

/**
 * Lets one principal have one duty for each thing: who called one of `tools` with some value of `param` may not call
 * another of them with the same value. What a session has called is remembered for that session.
 */
export function separationOfDuties(options: {
  readonly id?: string;
  readonly message?: string;
  readonly tools: readonly string[];
  readonly param: string;
}): SeparationOfDuties {
  return { type: "separation_of_duties", ...options } as SeparationOfDuties;
}

export function compileSeparationOfDuties(rule: SeparationOfDuties, id: string): DecidingRule {
  const { tools, param, message } = rule;
  const names = tools.map((tool) => `\`${tool}\``).join(" and ");
  return compileHistoryRule({
    id,
    message: message ?? `${names} may not be called for the same \`${param}\` by the same principal`,
    tools,
    forbids: (history, call) => {
      // Asking is what makes the history remember this tool's own values.
      history.values(call.tool, param);
      return isTaken(history, call, rule);
    },
    offenders: (plan, actions) => actions.filter((index) => isOffending(plan, index, { rule, actions })),
  });
}

function isTaken(
  history: PolicyHistory,
  { tool, parameters }: AskedCall,
  { tools, param }: SeparationOfDuties,
): boolean {
  const value = valueText(parameters, param);
  for (const name of namesOf(history, tools)) {
    if (!areOpposed(tools, tool, name)) continue;
    const known = history.values(name, param);
    // Too many to know them all: the safe side.
    if (known === undefined || known.has(value)) return true;
  }
  return false;
}

/** Tools that were called, and those that the rule names: those are asked about before their first call. */
function namesOf(history: PolicyHistory, tools: readonly string[]): ReadonlySet<string> {
  const exact = tools.filter((tool) => !tool.endsWith("*"));
  return new Set([...exact, ...history.tools()]);
}

/** Whether two tools stand for different duties. */
function areOpposed(tools: readonly string[], left: string, right: string): boolean {
  if (left === right) return false;
  return tools.some((one) => matchesKey(one, left) && tools.some((two) => two !== one && matchesKey(two, right)));
}

interface Group {
  readonly rule: SeparationOfDuties;
  readonly actions: readonly number[];
}

function isOffending(plan: PolicyPlan, index: number, { rule, actions }: Group): boolean {
  const { tools, param } = rule;
  const call = literalCall(plan, index, param);
  if (call === undefined) return false;
  if (plan.history !== undefined && isTaken(plan.history, call, rule)) return true;
  const value = valueText(call.parameters, param);
  return actions.some((each) => {
    const other = each === index ? undefined : literalCall(plan, each, param);
    return (
      other !== undefined && areOpposed(tools, call.tool, other.tool) && valueText(other.parameters, param) === value
    );
  });
}

/** A call whose value is written out; what follows from an output is asked about when it comes to the call. */
function literalCall(plan: PolicyPlan, index: number, param: string): AskedCall | undefined {
  const tool = toolOf(plan, index);
  const parameters = plan.actions[index]!.parameters as JsonObject;
  const value = Object.hasOwn(parameters, param) ? parameters[param] : undefined;
  if (tool === undefined || parameterReferences(value).references.length > 0) return undefined;
  return { tool, parameters };
}

function valueText(parameters: JsonObject, param: string): string {
  return Object.hasOwn(parameters, param) ? canonicalJson(parameters[param]!) : "null";
}
