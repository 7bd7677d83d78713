import { matchesKey } from "@car/ir";
import type { PolicyPlan } from "@car/ir/ports";
import * as z from "zod";
import { ToolListField } from "../schema/flow-fields.js";
import { ruleBase } from "../schema/rule-base.js";
import type { DecidingRule } from "./compiled-rule.js";
import { compileHistoryRule } from "./history-rule.js";
import { callsOfPattern, isCallOf } from "./tool-group.js";

/** Denies calls of one of several tools when another of them was or is to be called. */
export const NeverTogether = z.strictObject({
  type: z.literal("never_together"),
  ...ruleBase,
  tools: ToolListField,
});
export type NeverTogether = z.infer<typeof NeverTogether>;

/** Lets only one of `tools` be called in a session: a proposal with two of them is refused, and so is the second later. */
export function neverTogether(options: {
  readonly id?: string;
  readonly message?: string;
  readonly tools: readonly string[];
}): NeverTogether {
  return { type: "never_together", ...options } as NeverTogether;
}

export function compileNeverTogether({ tools, message }: NeverTogether, id: string): DecidingRule {
  const names = tools.map((tool) => `\`${tool}\``).join(" and ");
  return compileHistoryRule({
    id,
    message: message ?? `${names} may not be called in one session`,
    tools,
    forbids: (history, { tool }) =>
      tools.some(
        (own) => matchesKey(own, tool) && tools.some((other) => other !== own && callsOfPattern(history, other) > 0),
      ),
    offenders: (plan, actions) => actions.filter((index) => isOpposed(plan, index, { tools, actions })),
  });
}

interface Group {
  readonly tools: readonly string[];
  readonly actions: readonly number[];
}

function isOpposed(plan: PolicyPlan, index: number, { tools, actions }: Group): boolean {
  return tools.some((own) => {
    if (!isCallOf(plan, index, own)) return false;
    return tools.some((other) => {
      if (other === own) return false;
      if (callsOfPattern(plan.history, other) > 0) return true;
      return actions.some((each) => each !== index && isCallOf(plan, each, other));
    });
  });
}
