import { isPrefixPattern } from "@car/ir/internal";
import * as z from "zod";
import { deny } from "../decision/decisions.js";
import { ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { actionRule } from "./action-rule.js";
import type { DecidingRule } from "./compiled-rule.js";
import { callsOf } from "./rule-scope.js";

/** Denies every call of a tool. */
export const DenyTool = z.strictObject({ type: z.literal("deny_tool"), ...ruleBase, tool: ToolField });
export type DenyTool = z.infer<typeof DenyTool>;

/** Denies every call of `tool`: its name, or `prefix*`. */
export function denyTool(tool: string): DenyTool {
  return { type: "deny_tool", tool };
}

export function compileDenyTool({ tool, message }: DenyTool, id: string): DecidingRule {
  const denial = deny(id, message ?? `${toolText(tool)} is denied`);
  return actionRule({ id, scope: callsOf(tool), params: [], judge: () => denial });
}

/** A tool pattern as a message names it. */
export function toolText(tool: string): string {
  if (tool === "*") return "every tool";
  return isPrefixPattern(tool) ? `every tool \`${tool}\`` : `tool \`${tool}\``;
}
