import type { JsonObject, JsonValue, LabelSet, Reference } from "@car/ir";
import { NO_LABELS, parameterReferences, resolvePath } from "@car/ir/internal";
import type { LabelOrigin, PolicyFlow, Provenance, ProvenanceOptions } from "@car/ir/ports";
import type { GateRun, GateSlot } from "../gates/gate.js";
import { outputOf } from "../run/slot.js";
import { SessionTexts } from "../provenance/session-texts.js";
import { flowOf } from "./flow-note.js";
import type { RunFlow } from "./run-flow.js";

const TRUSTED: Provenance = Object.freeze({ source: "trusted", labels: NO_LABELS });

/** Where the parameters of one action came from, as far as the run has gone. Made for one question to the policy. */
export class SlotFlow implements PolicyFlow {
  private readonly run: GateRun;
  private readonly slot: GateSlot;
  private readonly runFlow: RunFlow;

  constructor(run: GateRun, slot: GateSlot, runFlow: RunFlow) {
    this.run = run;
    this.slot = slot;
    this.runFlow = runFlow;
  }

  get context(): LabelSet {
    return this.runFlow.context;
  }

  labels(param?: string): LabelSet {
    return this.runFlow.inputLabels(this.slot, param);
  }

  origins(label: string): readonly LabelOrigin[] {
    const here = this.run.board.slots.flatMap(({ action, tool, notes }): LabelOrigin[] =>
      action.type === "tool_call" &&
      flowOf({ notes }).labels.includes(label) &&
      tool?.sourceLabels.includes(label) === true
        ? [{ label, tool: action.tool, run_id: this.run.scope.run_id, action_id: action.id }]
        : [],
    );
    return [...here, ...this.runFlow.origins(label)];
  }

  provenance(value: JsonValue, options: ProvenanceOptions): Provenance {
    const seen = this.runFlow.provenance(value, options);
    if (seen.source === "nothing" || seen.source === "request" || seen.source === "trusted") return seen;
    const { references, bare } = this.references(options.param);
    if (references.length === 0 || this.slot.errand !== undefined) return seen;
    const slots = this.runFlow.referred(references);
    if (bare) return this.ofBare(slots[0], value, seen);
    return this.amongReferred(references, value, options) ?? seen;
  }

  private references(param: string) {
    const given = this.slot.action.parameters as JsonObject;
    return parameterReferences(Object.hasOwn(given, param) ? given[param] : undefined);
  }

  /** The whole parameter is what an action put out: no search is needed to know where it came from. */
  private ofBare(slot: GateSlot | undefined, value: JsonValue, seen: Provenance): Provenance {
    if (slot === undefined) return seen;
    const { labels, isClaim } = flowOf(slot);
    if (isClaim && labels.length === 0) return seen;
    if (labels.length > 0) return { source: "labelled", labels };
    return slot.action.type === "tool_call" && isEcho(slot, value) ? seen : TRUSTED;
  }

  /** Looks for the value in what the parameter refers to, piece by piece. */
  private amongReferred(references: readonly Reference[], value: JsonValue, options: ProvenanceOptions) {
    const texts = new SessionTexts();
    for (const reference of references) {
      const [slot] = this.runFlow.referred([reference]);
      const output = slot && outputOf(slot);
      if (slot === undefined || output === undefined) continue;
      const { labels, isClaim } = flowOf(slot);
      if (isClaim && labels.length === 0) continue;
      const piece = resolvePath(output, reference.path);
      if (piece !== undefined) texts.show({ output: piece, labels, given: slot.parameters });
    }
    const found = texts.provenance(value, options);
    return found.source === "unknown" ? undefined : found;
  }
}

/** A tool that repeats what it was given does not make it true. */
function isEcho(slot: GateSlot, value: JsonValue): boolean {
  if (typeof value === "boolean") return false;
  const texts = new SessionTexts();
  texts.show({ output: value, labels: NO_LABELS, given: slot.parameters });
  return texts.provenance(value, { param: "", elements: "value", acceptShort: true }).source === "unknown";
}
