import type { Attempt } from "../dispatch/attempt.js";
import type { Run } from "./run.js";
import { notesOf } from "./slot.js";

/** A call has started a run: it ends with the call, and the call's own run does not end before it. */
export function adopt(parent: Attempt, child: Run): void {
  (parent.ownExtras.children ??= new Set()).add(child);
  (parent.run.ownExtras.children ??= new Set()).add(child);
}

/** A run has ended; what it did is its parent's to undo, should that be undone. */
export function leaveParent(child: Run): void {
  const { parent } = child.request;
  if (parent === undefined) return;
  const { run, slot } = parent;
  parent.extras.children?.delete(child);
  run.extras.children?.delete(child);
  (notesOf(slot).children ??= []).push(child);
  if (slot.errand === undefined) run.board.numberLate(slot);
  if (run.extras.children?.size === 0) run.extras.onChildless?.();
  run.host.drive(run);
}

/** Settles when no run that a call of this one has started is open; nothing when that is so. */
export function childless(run: Run): Promise<void> | undefined {
  if ((run.extras.children?.size ?? 0) === 0) return undefined;
  return new Promise((resolve) => (run.ownExtras.onChildless = resolve));
}
