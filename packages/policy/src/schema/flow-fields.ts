import * as z from "zod";
import { ParamField, ToolField } from "./fields.js";

/** Name of a data-flow label. */
const LabelField = z.string().min(1).max(64);

/** One label or several: any of them is meant. */
export const LabelsField = z
  .union([LabelField, z.array(LabelField).min(1).max(16)])
  .describe("Data-flow labels; any of them.");

/** Where data can go: a tool, one parameter of it, or every tool that is declared a sink. */
const TargetField = z.union([
  ToolField.describe("A tool, `prefix*`, or `sinks`: every tool that is declared a sink."),
  z.strictObject({ tool: ToolField, param: ParamField.optional() }),
]);
type TargetField = z.infer<typeof TargetField>;

/** One place or several. */
export const TargetsField = z.union([TargetField, z.array(TargetField).min(1).max(100)]);
export type TargetsField = z.infer<typeof TargetsField>;

/** Several tools, each exact or `prefix*`. */
export const ToolListField = z.array(ToolField).min(2).max(100);

/** One or several as a list. */
export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
