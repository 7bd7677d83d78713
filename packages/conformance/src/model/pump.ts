import { blamedFor, skip } from "./finish.js";
import { type ActionRun, type ModelRun, readyActions, runningActions, toolHasRoom } from "./run.js";
import { inSafeOrder, isIrreversible, isSafeToStart } from "./safety.js";
import { start } from "./start.js";

/** Starts and skips whatever can be started or skipped at this instant, one action at a time. */
export function pump(run: ModelRun): void {
  while (run.stop === undefined) {
    const ready = readyActions(run);
    for (const action of ready) action.since ??= run.now;
    const doomed = ready.find((action) => blamedFor(run, action).length > 0);
    if (doomed !== undefined) {
      skip(run, doomed, { code: "dependency_unsuccessful", blamed: blamedFor(run, doomed) });
      continue;
    }
    const next = nextToStart(run, ready);
    if (next === undefined) return;
    start(run, next);
  }
}

/** Whether `pump` would start or skip something. */
export function canGoOn(run: ModelRun): boolean {
  if (run.stop !== undefined) return false;
  const ready = readyActions(run);
  return ready.some((action) => blamedFor(run, action).length > 0) || nextToStart(run, ready) !== undefined;
}

function nextToStart(run: ModelRun, ready: readonly ActionRun[]): ActionRun | undefined {
  if (runningActions(run).length >= (run.world.maxConcurrency ?? Infinity)) return undefined;
  if (run.world.schedule === "eager" || !run.actions.some(({ planned }) => planned.mayAbort))
    return firstServed(run, ready);
  const ordinary = firstServed(
    run,
    ready.filter((action) => !isIrreversible(action)),
  );
  if (ordinary !== undefined) return ordinary;
  const irreversible = inSafeOrder(run, ready.filter(isIrreversible));
  return firstServed(
    run,
    irreversible.filter((action) => isSafeToStart(run, action)),
  );
}

/**
 * The first action whose tool has room for it.
 * Reading of the contract: an action that waits for its tool's `max_concurrency` has not started. So it holds no slot, and
 * when its turn comes abort safety is judged anew.
 */
function firstServed(run: ModelRun, actions: readonly ActionRun[]): ActionRun | undefined {
  return actions.find((action) => toolHasRoom(run, action));
}
