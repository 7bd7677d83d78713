import { changedSince } from "../image/changed-since.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";
import { compensationOf } from "./compensation.js";
import { failCompensation, runCompensation } from "./run-compensation.js";

/** A call that is to be undone. */
export interface Due {
  readonly run: Run;
  readonly slot: Slot;
}

/**
 * Runs the compensations that are due, the last call that ended first, each once, and with each call what its own runs had
 * committed. Never throws for a compensation's failure.
 */
export async function undo(run: Run): Promise<void> {
  for (const due of dueIn(run)) {
    // Whoever takes the run up undoes the rest.
    if (due.run.isDisowned) return;
    await undoCall(due.run, due.slot);
  }
}

/** What is due in that order, found when its turn comes. */
export function* dueIn(run: Run): Generator<Due> {
  const ended = run.board.slots.filter(({ completion }) => completion > 0);
  for (const slot of ended.sort((left, right) => right.completion - left.completion)) {
    if (isDue(slot)) yield { run, slot };
    // A run that was rolled back is undone already; its compensations say so.
    for (const child of [...(slot.notes?.children ?? [])].reverse()) yield* dueIn(child);
  }
}

/** Turns of the microtask queue in which a call that was told to stop may say that it has. */
const LAST_TURNS = 8;

async function undoCall(run: Run, slot: Slot): Promise<void> {
  const compensation = compensationOf(run, slot);
  if (compensation === undefined) return;
  const notes = notesOf(slot);
  for (let turn = 0; turn < LAST_TURNS && notes.unanswered > 0; turn++) await Promise.resolve();
  const reason = await changedSince(run, slot);
  notes.compensated =
    reason === undefined
      ? await runCompensation(run, slot, compensation)
      : failCompensation(run, slot, compensation, { reason, attempts: 0 });
  const receipt = notes.reuse?.receipt;
  if (!notes.compensated || receipt === undefined) return;
  run.host.receipts.forget(run, receipt.key, { runId: run.scope.run_id, actionId: slot.action.id });
}

/**
 * A call that has acted, or may have. What came from a receipt or a cache was done by somebody else, who answers for it; and
 * in a recovered run some of it was tried before.
 */
function isDue({ action, outcome, sideEffect, notes }: Slot): boolean {
  if (action.type !== "tool_call" || notes?.compensated !== undefined) return false;
  if (notes?.reuse?.servedFrom !== undefined) return false;
  return outcome?.status === "succeeded" || sideEffect !== "none";
}
