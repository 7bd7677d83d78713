import type { JsonValue, LabelSet } from "@car/ir";
import { joinLabels, labelSet, NO_LABELS, withoutLabels } from "@car/ir/internal";
import { failed, type Outcome } from "../run/outcome.js";
import type { PolicyEngine } from "@car/ir/ports";
import type { GateRun, GateSlot } from "../gates/gate.js";
import { outputOf } from "../run/slot.js";
import { flowNote, flowOf, setLabels } from "./flow-note.js";
import type { RunFlow } from "./run-flow.js";

const MAX_LABELS = 16;
const MAX_LABEL = 64;

/**
 * Labels what a tool has put out: what the host says of the tool, what its own function says of this output, and
 * whatever went into the call, less what the policy lets the tool take off.
 * @returns the failure of a call whose output cannot be labelled.
 */
export function labelOutput(run: GateRun, slot: GateSlot, output: JsonValue): Outcome | undefined {
  const { flow } = run;
  if (flow === undefined) return undefined;
  const own = ownLabels(slot, output);
  if (own === undefined) {
    setLabels(slot, exposedLabels(flow, slot));
    const message = `the labels of the output cannot be told: \`labels\` of tool \`${slot.tool!.schema.name}\` failed`;
    return failed({ code: "invalid_output", message, class: "terminal" }, "terminal", undefined, "acted");
  }
  const all = joinLabels(exposedLabels(flow, slot), own);
  setLabels(slot, withoutLabels(all, endorsedBy(run, slot)));
  return undefined;
}

/** Labels of anything that an action may tell, however it ended: its inputs, what it read, what its tool adds. */
export function exposedLabels(flow: RunFlow, slot: GateSlot): LabelSet {
  const added = slot.tool?.sourceLabels ?? NO_LABELS;
  return joinLabels(joinLabels(flow.inputLabels(slot), added), flowOf(slot).read);
}

/** Labels of what a result tells: of an output those it has, of a failure those of anything the call had at hand. */
export function toldLabels(flow: RunFlow, slot: GateSlot): LabelSet {
  if (outputOf(slot) !== undefined) return flowOf(slot).labels;
  return slot.attempts === 0 ? NO_LABELS : exposedLabels(flow, slot);
}

/** Labels an answer from a receipt or a cache: those it was stored with, and those of this call's own inputs. */
export function labelReused(run: GateRun, slot: GateSlot, stored: LabelSet | undefined): void {
  if (run.flow === undefined) return;
  const removed = endorsedBy(run, slot);
  setLabels(slot, joinLabels(withoutLabels(run.flow.inputLabels(slot), removed), stored ?? NO_LABELS));
}

/** Labels what an action on the state gives. */
export function labelStateAction(run: GateRun, slot: GateSlot): void {
  const { flow } = run;
  if (flow === undefined) return;
  const inputs = flow.inputLabels(slot);
  if (slot.action.type !== "state_read") {
    return setLabels(slot, inputs);
  }
  const entry = run.state.entry(slot.parameters["key"] as string);
  const note = flowNote(slot);
  note.labels = joinLabels(inputs, entry?.labels ?? NO_LABELS);
  note.isClaim = entry?.origin === "model";
}

function ownLabels({ tool, parameters }: GateSlot, output: JsonValue): LabelSet | undefined {
  if (tool?.labels === undefined) return NO_LABELS;
  try {
    const given: unknown = tool.labels(output, parameters);
    if (given === undefined) return NO_LABELS;
    return isLabelList(given) ? labelSet(given) : undefined;
  } catch {
    return undefined;
  }
}

function isLabelList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_LABELS) return false;
  return value.every((label) => typeof label === "string" && label !== "" && label.length <= MAX_LABEL);
}

function endorsedBy({ config: { policy } }: GateRun, { action }: GateSlot): readonly string[] {
  return action.type !== "tool_call" || policy === undefined ? NO_LABELS : endorsedLabels(policy, action.tool);
}

/** Labels that a policy lets calls of a tool take off. */
export function endorsedLabels(policy: Pick<PolicyEngine, "endorses">, tool: string): LabelSet {
  if (policy.endorses === undefined) return NO_LABELS;
  try {
    return labelSet(policy.endorses(tool));
  } catch {
    // A policy that fails takes nothing off.
    return NO_LABELS;
  }
}
