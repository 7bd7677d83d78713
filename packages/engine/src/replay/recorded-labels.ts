import { type LabelSet, payloadOf } from "@car/ir";
import { joinLabels, labelSet, NO_LABELS } from "@car/ir/internal";
import { flowNote } from "../flow/flow-note.js";
import type { GateSlot } from "../gates/gate.js";
import type { Script } from "./script.js";

/** The labels with which an action ended, as far as it has not come again; none while a further attempt is to come. */
export function recordedLabels(script: Script, actionId: string): LabelSet {
  for (const event of script.ahead(actionId)) {
    if (event.kind === "action_executing") return NO_LABELS;
    if (event.kind !== "action_succeeded" && event.kind !== "action_failed") continue;
    const { labels } = payloadOf(event);
    if (labels !== undefined) return labelSet(labels);
  }
  return NO_LABELS;
}

/**
 * Takes what an action's end says of its labels for what its tool had read: which state a tool looks at, and what its own
 * function says of its output, is nowhere else. The engine may find more than that, which then shows, but not less.
 */
export function exposeRecorded(script: Script, slot: GateSlot): void {
  const labels = recordedLabels(script, slot.action.id);
  if (labels.length === 0) return;
  const note = flowNote(slot);
  note.read = joinLabels(note.read, labels);
}
