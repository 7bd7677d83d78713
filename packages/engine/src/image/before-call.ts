import type { Reason } from "@car/ir";
import { type Outcome, rejected } from "../run/outcome.js";
import type { Notes } from "../run/notes.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";
import type { Reading } from "./image-note.js";
import { readerOf } from "./read-image.js";

/** Whether an action that may be called now needs its before-image first. One image serves all its attempts. */
export function needsImage(slot: Slot): boolean {
  return slot.attempts === 0 && readerOf(slot) !== undefined && slot.notes?.image?.missing === undefined;
}

/** Whether the reader is asked how the call left things, and how they are before it is undone. */
export function isVerified(slot: Slot): boolean {
  return readerOf(slot)?.verify === true && slot.notes?.image?.before !== undefined;
}

/** The action goes on, but as one that nothing can undo. */
export const IRREVERSIBLE_NOW = Symbol("irreversible now");

/**
 * Keeps a before-image.
 * @returns nothing when the call may be made, or how the action ends instead.
 */
export function takeImage(run: Run, slot: Slot, reading: Reading): typeof IRREVERSIBLE_NOW | Outcome | undefined {
  const notes = notesOf(slot);
  if ("image" in reading) {
    notes.image = { before: reading.image, after: undefined, missing: undefined };
    return undefined;
  }
  const { reason } = reading;
  const mayGoOn = slot.tool!.schema.before_required === false && reason.limit !== "max_image_bytes";
  if (!mayGoOn) return rejected(withoutImage(reason));
  notes.image = { before: undefined, after: undefined, missing: reason };
  keepReceipt(notes);
  // Whoever has approved a call that can be undone has not approved this one.
  if (notes.approval !== undefined) notes.approval.grant = undefined;
  return run.plan.ordered ? IRREVERSIBLE_NOW : undefined;
}

/** A call that nothing takes back is not made again after a rollback either. */
function keepReceipt({ reuse }: Notes): void {
  if (reuse?.receipt !== undefined) reuse.receipt = { ...reuse.receipt, lasting: true };
}

function withoutImage(reason: Reason): Reason {
  return { ...reason, message: `its before-image could not be taken: ${reason.message}` };
}
