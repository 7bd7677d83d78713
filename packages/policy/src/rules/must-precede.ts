import * as z from "zod";
import { ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import type { DecidingRule } from "./compiled-rule.js";
import { toolText } from "./deny-tool.js";
import { compileHistoryRule } from "./history-rule.js";
import { isCallOf, succeededOfPattern } from "./tool-group.js";

/** Denies calls of a tool until another one has succeeded. */
export const MustPrecede = z.strictObject({
  type: z.literal("must_precede"),
  ...ruleBase,
  first: ToolField,
  then: ToolField,
});
export type MustPrecede = z.infer<typeof MustPrecede>;

/** What the rules about the order of two tools take. */
export interface OrderOptions {
  readonly id?: string;
  readonly message?: string;
  readonly first: string;
  readonly then: string;
}

/** Denies `then` until a call of `first` has succeeded in this session, and has not been undone. */
export function mustPrecede(options: OrderOptions): MustPrecede {
  return { type: "must_precede", ...options };
}

export function compileMustPrecede({ first, then, message }: MustPrecede, id: string): DecidingRule {
  return compileHistoryRule({
    id,
    message: message ?? `${toolText(first)} must have succeeded before ${toolText(then)} is called`,
    tools: [then],
    names: [first],
    forbids: (history) => succeededOfPattern(history, first) === 0,
    offenders: (plan, actions) => {
      if (succeededOfPattern(plan.history, first) > 0) return [];
      const firsts = [...plan.actions.keys()].filter((index) => plan.scheduled(index) && isCallOf(plan, index, first));
      // One that may come first is enough here: whether it did is asked again when it comes to the call.
      return actions.filter((late) => !firsts.some((early) => early !== late && !plan.precedes(late, early)));
    },
  });
}
