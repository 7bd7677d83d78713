import * as z from "zod";
import { ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import type { DecidingRule } from "./compiled-rule.js";
import { toolText } from "./deny-tool.js";
import { compileHistoryRule } from "./history-rule.js";
import { callsOfPattern } from "./tool-group.js";

/** Denies calls of a tool beyond so many in one session, or in one proposal. */
export const MaxCalls = z.strictObject({
  type: z.literal("max_calls"),
  ...ruleBase,
  tool: ToolField,
  max: z.int().nonnegative().max(1_000_000),
  per: z.enum(["session", "proposal"]).optional().describe("Default: session."),
});
export type MaxCalls = z.infer<typeof MaxCalls>;

/** Lets `max` calls of `tool` through in a session, or in each proposal. The tools of one pattern share a count. */
export function maxCalls(options: {
  readonly id?: string;
  readonly message?: string;
  readonly tool: string;
  readonly max: number;
  readonly per?: "session" | "proposal";
}): MaxCalls {
  return { type: "max_calls", ...toData(options) } as MaxCalls;
}

export function compileMaxCalls({ tool, max, per = "session", message }: MaxCalls, id: string): DecidingRule {
  return compileHistoryRule({
    id,
    message: message ?? `${toolText(tool)} may be called ${max === 1 ? "once" : `${max} times`} in one ${per}`,
    tools: [tool],
    // A proposal has the calls that it has: the plan says all there is to say.
    forbids: (history) => per === "session" && callsOfPattern(history, tool) >= max,
    offenders: (plan, actions) => {
      const before = per === "session" ? callsOfPattern(plan.history, tool) : 0;
      return actions.slice(Math.max(0, max - before));
    },
  });
}
