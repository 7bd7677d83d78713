import type { ToolSchema } from "../tool/tool-schema.js";
import { labelSet, type LabelSet, NO_LABELS } from "./labels.js";

/** The labels that a tool's schema gives to every output. */
export function sourceLabels(schema: ToolSchema | undefined): LabelSet {
  const declared = schema?.source_label;
  if (declared === undefined) return NO_LABELS;
  return labelSet(typeof declared === "string" ? [declared] : declared);
}
