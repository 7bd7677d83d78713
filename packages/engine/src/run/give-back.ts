import { type Outcome, skipped } from "./outcome.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

/** Of an action that is put down: neither budget, nor the answer that others wait for, nor a place stays with it. */
export function giveBackAll(run: Run, slot: Slot): void {
  returnUnused(run, slot);
  const { notes } = slot;
  tellWaiting(slot, PUT_DOWN);
  if (notes !== undefined) notes.reuse = undefined;
  giveBackPlace(slot);
}

const PUT_DOWN: Outcome = skipped({ code: "approval_required", message: "it waits for an approval" });

/** Tells whoever waits for the same answer how this action ended. */
export function tellWaiting({ notes }: Slot, outcome: Outcome): void {
  const listeners = notes?.reuse?.onEnd;
  if (listeners === undefined) return;
  for (const listener of listeners) listener(outcome);
}

/** What was reserved of the budget and not used. */
export function returnUnused(run: Run, { notes }: Slot): void {
  if (notes?.charge === undefined) return;
  run.budget?.release(notes.charge);
  notes.charge = undefined;
}

/** Lets another action have the place of the tool. */
export function giveBackPlace({ tool, notes }: Slot): void {
  if (notes?.hasPlace !== true) return;
  notes.hasPlace = false;
  tool!.places!.release();
}
