import type { JsonObject, JsonValue, LabelSet, Reference } from "@car/ir";
import {
  type FlowSource,
  joinLabels,
  literalLabels,
  NO_LABELS,
  NO_SESSION,
  parameterReferences,
} from "@car/ir/internal";
import type { LabelOrigin, Provenance, ProvenanceOptions } from "@car/ir/ports";
import type { GateRun, GateSlot } from "../gates/gate.js";
import { flowOf } from "./flow-note.js";

/** Follows labels through one run. Exists only when the policy looks at them. */
export class RunFlow implements FlowSource {
  /** Labels of everything that the model had been shown when it proposed this run. */
  readonly context: LabelSet;
  /** What the run's session knows. */
  private readonly source: FlowSource;
  private readonly run: Pick<GateRun, "plan" | "board">;

  constructor(run: Pick<GateRun, "plan" | "board">, source: FlowSource | undefined, context: LabelSet) {
    this.run = run;
    this.source = source ?? NO_SESSION;
    this.context = context;
  }

  /** Labels of one parameter as it was resolved, or of all of them. */
  inputLabels(slot: GateSlot, param?: string): LabelSet {
    const { inherited } = flowOf(slot);
    // A compensation's parameters come from the outputs of what it undoes; nothing finer is known of them.
    if (slot.errand !== undefined) return joinLabels(inherited, this.context);
    const hasReferences = this.run.plan.graph.templates[slot.index] !== undefined;
    if (!hasReferences && this.context === NO_LABELS) return inherited;
    const given = slot.action.parameters as JsonObject;
    if (param !== undefined) return joinLabels(inherited, this.one(given, param));
    let labels = inherited;
    for (const name of Object.keys(given)) labels = joinLabels(labels, this.one(given, name));
    return labels;
  }

  /** Where a literal value was seen. */
  provenance(value: JsonValue, options: ProvenanceOptions): Provenance {
    return this.source.provenance(value, options);
  }

  /** Whether a literal value comes from the user or from trusted data. */
  isTrusted(value: JsonValue, param: string): boolean {
    return this.source.isTrusted(value, param);
  }

  /** The calls before this run from which a label came. */
  origins(label: string): readonly LabelOrigin[] {
    return this.source.origins(label);
  }

  /** The actions that a parameter refers to. */
  referred(references: readonly Reference[]): readonly GateSlot[] {
    const { plan, board } = this.run;
    return references.flatMap(({ action_id }) => board.slots[plan.graph.indexOf.get(action_id) ?? -1] ?? []);
  }

  private one(given: JsonObject, param: string): LabelSet {
    if (!Object.hasOwn(given, param)) return NO_LABELS;
    const value = given[param]!;
    const { references, bare } = parameterReferences(value);
    if (references.length === 0) return literalLabels(this, value, param);
    const own = bare ? NO_LABELS : this.context;
    return this.referred(references).reduce((labels, slot) => joinLabels(labels, flowOf(slot).labels), own);
  }
}
