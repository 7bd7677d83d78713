import { blamedFor, skip } from "./finish.js";
import { type ActionRun, type ModelRun, readyActions, runningActions, toolHasRoom } from "./run.js";
import { inSafeOrder, isIrreversible, isSafeToStart } from "./safety.js";
import { start } from "./start.js";

/** Starts and skips whatever can be started or skipped at this instant, one action at a time. */
export function pump(run: ModelRun): void {
  while (run.stop === undefined) {
    const ready = readyActions(run);
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

function nextToStart(run: ModelRun, ready: readonly ActionRun[]): ActionRun | undefined {
  if (runningActions(run).length >= (run.world.maxConcurrency ?? Infinity)) return undefined;
  const startable = ready.filter((action) => mayCall(run, action));
  if (run.world.schedule === "eager" || !run.actions.some(({ planned }) => planned.mayAbort)) return startable[0];
  const ordinary = startable.find((action) => !isIrreversible(action));
  if (ordinary !== undefined) return ordinary;
  return inSafeOrder(run, startable).find((action) => isSafeToStart(run, action));
}

/**
 * Reading of the contract: an action that waits for its tool's `max_concurrency` has not started. So it holds no slot, and
 * when its turn comes abort safety is judged anew.
 */
function mayCall(run: ModelRun, { planned }: ActionRun): boolean {
  return planned.tool === undefined || toolHasRoom(run, planned.tool);
}
