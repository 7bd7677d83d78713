import type { ActionRun } from "./action-run.js";
import { blamedFor, skip } from "./finish.js";
import { type ModelRun, parkedActions, readyActions, runningActions, toolHasRoom } from "./run.js";
import { inSafeOrder, isIrreversible, isSafeToStart } from "./safety.js";
import { start } from "./start.js";

/** Starts, parks and skips whatever can be at this instant, one action at a time. */
export function pump(run: ModelRun): void {
  while (run.stop === undefined) {
    // Reading of the contract: what has waited for a place has not started. When there is one, abort safety is judged anew.
    for (const action of parkedActions(run)) if (toolHasRoom(run, action)) action.phase = "waiting";
    const ready = readyActions(run);
    const doomed = ready.find((action) => blamedFor(run, action).length > 0);
    if (doomed !== undefined) {
      skip(run, doomed, { code: "dependency_unsuccessful", blamed: blamedFor(run, doomed) });
      continue;
    }
    const turn = inTurn(run, ready);
    const next = turn.find((action) => isHeld(run, action) || toolHasRoom(run, action));
    for (const action of turn) if (!isHeld(run, action) && !toolHasRoom(run, action)) action.parkedAt ??= run.now;
    if (next === undefined) return;
    if (toolHasRoom(run, next)) start(run, next);
    else park(run, next);
  }
}

/** Whether `pump` would start, park or skip something. */
export function canGoOn(run: ModelRun): boolean {
  if (run.stop !== undefined) return false;
  const ready = readyActions(run);
  if (ready.some((action) => blamedFor(run, action).length > 0)) return true;
  return inTurn(run, ready).some((action) => isHeld(run, action) || toolHasRoom(run, action));
}

/** Its turn has come and its tool has no place: it holds back what it would hold back if it ran. */
function park(run: ModelRun, action: ActionRun): void {
  action.phase = "parked";
  action.parkedAt ??= run.now;
}

/** The actions that may start now, in their order. Of those that are not held, the first whose tool has room for it does. */
function inTurn(run: ModelRun, ready: readonly ActionRun[]): readonly ActionRun[] {
  if (runningActions(run).length >= (run.world.maxConcurrency ?? Infinity)) return [];
  const held = ready.filter((action) => isHeld(run, action));
  return [
    ...ready.filter((action) => !held.includes(action)),
    ...inSafeOrder(run, held).filter((action) => isSafeToStart(run, action)),
  ];
}

/** Whether abort safety says when the action may start. */
function isHeld({ world, actions }: ModelRun, action: ActionRun): boolean {
  return isIrreversible(action) && world.schedule !== "eager" && actions.some(({ planned }) => planned.mayAbort);
}
