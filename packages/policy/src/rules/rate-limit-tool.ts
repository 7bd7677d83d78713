import * as z from "zod";
import { deny } from "../decision/decisions.js";
import { ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import { callWindows } from "./call-windows.js";
import type { CountingRule } from "./compiled-rule.js";
import { callsOf } from "./rule-scope.js";
import { toolText } from "./deny-tool.js";

/** Denies calls of a tool beyond so many in any stretch of time. */
export const RateLimitTool = z.strictObject({
  type: z.literal("rate_limit_tool"),
  ...ruleBase,
  tool: ToolField,
  max_calls: z.int().positive().max(100_000),
  interval_ms: z.number().positive(),
  per_principal: z.boolean().optional().describe("Whether each principal has its own count. Default: no."),
});
export type RateLimitTool = z.infer<typeof RateLimitTool>;

/** What `rateLimitTool` takes. */
export interface RateLimitToolOptions {
  readonly id?: string;
  readonly message?: string;
  /** Its name, or `prefix*`: then all those tools share one count. */
  readonly tool: string;
  readonly maxCalls: number;
  readonly intervalMs: number;
  /** Whether each principal has its own count. Default: no. */
  readonly perPrincipal?: boolean;
}

/** Denies a call when `maxCalls` others were let through in the last `intervalMs` milliseconds. */
export function rateLimitTool(options: RateLimitToolOptions): RateLimitTool {
  return { type: "rate_limit_tool", ...toData(options) } as RateLimitTool;
}

export function compileRateLimitTool(rule: RateLimitTool, id: string): CountingRule {
  const { tool, max_calls, interval_ms, per_principal } = rule;
  const windows = callWindows({ maxCalls: max_calls, intervalMs: interval_ms });
  const denial = deny(id, rule.message ?? `${toolText(tool)} may be called ${max_calls} times in ${interval_ms} ms`);
  const countOf = (principal: string): string => (per_principal === true ? principal : "");
  return {
    kind: "counting",
    id,
    scope: callsOf(tool),
    keysRead: [],
    denial,
    hasRoom: ({ principal, now }) => windows.hasRoom(countOf(principal), now),
    take: ({ principal, now }) => windows.take(countOf(principal), now),
  };
}
