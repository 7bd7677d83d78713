import type { JsonValue } from "../json/json-value.js";
import type { LabelOrigin, Provenance, ProvenanceOptions } from "../ports/policy-flow.js";
import { type LabelSet, NO_LABELS } from "./labels.js";

/** What is known about the texts around a proposal: what the model had been shown, and what the user said. */
export interface FlowSource {
  /** Labels of everything that the model had been shown. */
  readonly context: LabelSet;
  /** Where a literal value was seen. */
  provenance(value: JsonValue, options: ProvenanceOptions): Provenance;
  /** Whether it is nothing, or was seen in what the user said or in trusted data. */
  isTrusted(value: JsonValue, param: string): boolean;
  /** The calls from which a label first came. */
  origins(label: string): readonly LabelOrigin[];
}

/**
 * Labels of a value that the model wrote out itself: those of all that it had been shown, unless the value stands in
 * what the user said or in trusted data.
 */
export function literalLabels(source: FlowSource, value: JsonValue, param: string): LabelSet {
  if (source.context === NO_LABELS || value === null) return NO_LABELS;
  return source.isTrusted(value, param) ? NO_LABELS : source.context;
}

/** Outside of a session no literal value comes from anywhere, and nobody has been shown anything. */
export const NO_SESSION: FlowSource = {
  context: NO_LABELS,
  provenance: (value) => (value === null || value === "" ? NOTHING : UNKNOWN),
  isTrusted: (value) => value === null || value === "",
  origins: () => [],
};

const NOTHING: Provenance = Object.freeze({ source: "nothing", labels: NO_LABELS });
const UNKNOWN: Provenance = Object.freeze({ source: "unknown", labels: NO_LABELS });
