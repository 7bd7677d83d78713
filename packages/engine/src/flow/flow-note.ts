import type { LabelSet } from "@car/ir";
import { NO_LABELS } from "@car/ir/internal";
import { notesOf, type Slot } from "../run/slot.js";

/** What the data flow remembers about one action. Exists only when the policy looks at labels. */
export interface FlowNote {
  /** Labels of what it put out. */
  labels: LabelSet;
  /** Labels of what its tool read besides its parameters: state, and child runs. */
  read: LabelSet;
  /** Of a compensation: labels of what its parameters are made of. */
  inherited: LabelSet;
  /** Of a `state_read`: the value is a model's. */
  isClaim: boolean;
  /** What it tells has been shown to the session's model. */
  isShown: boolean;
}

const NOTHING: Readonly<FlowNote> = Object.freeze({
  labels: NO_LABELS,
  read: NO_LABELS,
  inherited: NO_LABELS,
  isClaim: false,
  isShown: false,
});

/** What is known of an action's data. */
export function flowOf({ notes }: Pick<Slot, "notes">): Readonly<FlowNote> {
  return notes?.flow ?? NOTHING;
}

/** What is known of an action's data, to be written. */
export function flowNote(slot: Pick<Slot, "notes">): FlowNote {
  return (notesOf(slot).flow ??= { ...NOTHING });
}

/** Says with which labels an action puts out what it puts out. */
export function setLabels(slot: Pick<Slot, "notes">, labels: LabelSet): void {
  if (labels.length > 0 || slot.notes?.flow !== undefined) flowNote(slot).labels = labels;
}
