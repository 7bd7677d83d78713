import * as z from "zod";
import { ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import type { DecidingRule } from "./compiled-rule.js";
import { toolText } from "./deny-tool.js";
import { compileHistoryRule } from "./history-rule.js";
import type { OrderOptions } from "./must-precede.js";
import { callsOfPattern, isCallOf } from "./tool-group.js";

/** Denies calls of a tool once another one was called. */
export const NeverAfter = z.strictObject({
  type: z.literal("never_after"),
  ...ruleBase,
  first: ToolField,
  then: ToolField,
});
export type NeverAfter = z.infer<typeof NeverAfter>;

/** Denies `then` once `first` was called in this session, whatever came of that call. */
export function neverAfter(options: OrderOptions): NeverAfter {
  return { type: "never_after", ...options };
}

export function compileNeverAfter({ first, then, message }: NeverAfter, id: string): DecidingRule {
  return compileHistoryRule({
    id,
    message: message ?? `${toolText(then)} may not be called after ${toolText(first)}`,
    tools: [then],
    names: [first],
    forbids: (history) => callsOfPattern(history, first) > 0,
    offenders: (plan, actions) => {
      if (callsOfPattern(plan.history, first) > 0) return actions;
      const firsts = [...plan.actions.keys()].filter((index) => plan.scheduled(index) && isCallOf(plan, index, first));
      const offending = new Set<number>();
      for (const late of actions) {
        for (const early of firsts.filter((each) => plan.precedes(each, late))) offending.add(early).add(late);
      }
      return [...offending].sort((left, right) => left - right);
    },
  });
}
