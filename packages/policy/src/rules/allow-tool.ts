import * as z from "zod";
import { allow } from "../decision/decisions.js";
import { ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { actionRule } from "./action-rule.js";
import type { DecidingRule } from "./compiled-rule.js";
import { callsOf } from "./rule-scope.js";

const { id } = ruleBase;

/** Allows the calls of a tool that no other rule denies. It matters under a default of `deny`. */
export const AllowTool = z.strictObject({ type: z.literal("allow_tool"), id, tool: ToolField });
export type AllowTool = z.infer<typeof AllowTool>;

/** Allows the calls of `tool` (its name, or `prefix*`) under a default of `deny`; a denial by another rule wins. */
export function allowTool(tool: string): AllowTool {
  return { type: "allow_tool", tool };
}

export function compileAllowTool({ tool }: AllowTool, id: string): DecidingRule {
  return actionRule({ id, scope: callsOf(tool), params: [], judge: allow });
}
