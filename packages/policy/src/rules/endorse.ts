import * as z from "zod";
import { ToolField } from "../schema/fields.js";
import { LabelsField, listOf } from "../schema/flow-fields.js";
import { ruleBase } from "../schema/rule-base.js";
import type { EndorsingRule } from "./compiled-rule.js";
import { callsOf } from "./rule-scope.js";

/** Takes labels off what a tool puts out: the tool checks or cleans what it is given. */
export const Endorse = z.strictObject({
  type: z.literal("endorse"),
  ...ruleBase,
  tool: ToolField,
  removes: LabelsField,
});
export type Endorse = z.infer<typeof Endorse>;

/** Says that what `tool` puts out does not have these labels, whatever it was given. */
export function endorse(options: {
  readonly id?: string;
  readonly tool: string;
  readonly removes: string | readonly string[];
}): Endorse {
  return { type: "endorse", ...options } as Endorse;
}

export function compileEndorse({ tool, removes }: Endorse, id: string): EndorsingRule {
  return { kind: "endorsing", id, scope: callsOf(tool), keysRead: [], removes: listOf(removes) };
}
