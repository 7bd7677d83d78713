import type { ActionRun } from "./action-run.js";
import { actionAt, type ModelRun, parkedActions, readyActions, runningActions } from "./run.js";

/** True for a tool call that nothing can undo. */
export function isIrreversible({ planned }: ActionRun): boolean {
  return planned.reversibility === "irreversible";
}

/** Whether abort safety lets this irreversible action start now, or wait for its tool. One that waits for it holds like one that runs. */
export function isSafeToStart(run: ModelRun, action: ActionRun): boolean {
  const running = [...runningActions(run), ...parkedActions(run)];
  const ready = readyActions(run).filter((other) => other !== action);

  const somethingMayAbort = running.some(({ planned }) => planned.mayAbort);
  const threatIsOpen = [...running, ...ready].some((other) => !isIrreversible(other) && isThreat(run, other));
  if (somethingMayAbort || threatIsOpen) return false;
  return [...running, ...ready].every((other) => !isIrreversible(other) || mustNotWaitFor(run, { action, other }));
}

/** Irreversible actions in the order in which they may start. */
export function inSafeOrder(run: ModelRun, actions: readonly ActionRun[]): readonly ActionRun[] {
  const rank = (action: ActionRun): number => rankOf(run, action);
  return [...actions].sort((a, b) => rank(a) - rank(b) || a.planned.index - b.planned.index);
}

/** 0: something after it may abort. 1: it may abort itself. 2: neither. */
function rankOf(run: ModelRun, action: ActionRun): number {
  if (mayAbortLater(run, action)) return 0;
  return action.planned.mayAbort ? 1 : 2;
}

/** The irreversible `other` is running, parked or ready. The order is that of the ranks. */
function mustNotWaitFor(run: ModelRun, { action, other }: { action: ActionRun; other: ActionRun }): boolean {
  if (mayAbortLater(run, action)) return true;
  if (mayAbortLater(run, other)) return false;
  return rankOf(run, action) < 2 || !other.planned.mayAbort;
}

/** It may abort the run itself, or something after it may. */
function isThreat(run: ModelRun, action: ActionRun): boolean {
  return action.planned.mayAbort || mayAbortLater(run, action);
}

function mayAbortLater(run: ModelRun, { planned }: ActionRun): boolean {
  return [...planned.after].some((index) => actionAt(run, index).planned.mayAbort);
}
