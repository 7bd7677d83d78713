import { type Action, type JsonObject, matchesKey } from "@car/ir";
import * as z from "zod";
import { allow } from "../decision/decisions.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import { actionRule } from "./action-rule.js";
import type { DecidingRule } from "./compiled-rule.js";

const { id } = ruleBase;

/** Allows actions on some state keys that no other rule denies. It matters under a default of `deny`. */
export const AllowState = z.strictObject({
  type: z.literal("allow_state"),
  id,
  keys: z.array(z.string().min(1)).min(1).max(10_000).describe("State keys, exact or `prefix*`."),
  access: z.enum(["read", "write"]).optional().describe("`read` is `state_read` and `assertion`. Absent: both."),
});
export type AllowState = z.infer<typeof AllowState>;

/** What `allowState` takes. */
export interface AllowStateOptions {
  readonly id?: string;
  /** Exact or `prefix*`. */
  readonly keys: readonly string[];
  /** `read` is `state_read` and `assertion`. Default: both. */
  readonly access?: "read" | "write";
}

/** Allows `state_read`, `assertion` and `state_write` on some keys under a default of `deny`. */
export function allowState(options: AllowStateOptions): AllowState {
  return { type: "allow_state", ...toData(options) } as AllowState;
}

export function compileAllowState({ keys, access }: AllowState, id: string): DecidingRule {
  const isCovered = (parameters: JsonObject, action: Action): boolean => {
    if (access !== undefined && access !== (action.type === "state_write" ? "write" : "read")) return false;
    const { key } = parameters;
    return typeof key === "string" && keys.some((pattern) => matchesKey(pattern, key));
  };
  return actionRule({
    id,
    scope: { tools: [], stateActions: true },
    params: ["key"],
    judge: (parameters, action) => (isCovered(parameters, action) ? allow() : undefined),
  });
}
