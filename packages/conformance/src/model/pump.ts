import { skip } from "./finish.js";
import { type ActionRun, actionAt, type ModelRun, readyActions, runningActions } from "./run.js";
import { inSafeOrder, isIrreversible, isSafeToStart } from "./safety.js";
import { start } from "./start.js";

/** Starts and skips whatever can be started or skipped at this instant, one action at a time. */
export function pump(run: ModelRun): void {
  while (run.stop === undefined) {
    const ready = readyActions(run);
    const doomed = ready.find((action) => blamedFor(run, action) !== undefined);
    if (doomed !== undefined) {
      const blamed = blamedFor(run, doomed) ?? "";
      skip(run, doomed, { code: "dependency_unsuccessful", blamed });
      continue;
    }
    const next = nextToStart(run, ready);
    if (next === undefined) return;
    start(run, next);
  }
}

/** The first action this one depends on that did not succeed. */
function blamedFor(run: ModelRun, { planned }: ActionRun): string | undefined {
  const needed = [...planned.explicit, ...planned.soleWriters].sort((a, b) => a - b);
  const cause = needed.map((index) => actionAt(run, index)).find(({ end }) => end?.status !== "succeeded");
  return cause?.planned.action.id;
}

function nextToStart(run: ModelRun, ready: readonly ActionRun[]): ActionRun | undefined {
  if (runningActions(run).length >= (run.world.maxConcurrency ?? Infinity)) return undefined;
  const startable = ready.filter((action) => toolHasRoom(run, action));
  if (run.world.schedule === "eager" || !run.actions.some(({ planned }) => planned.mayAbort)) return startable[0];
  const ordinary = startable.find((action) => !isIrreversible(action));
  if (ordinary !== undefined) return ordinary;
  return inSafeOrder(run, startable).find((action) => isSafeToStart(run, action));
}

/** Reading of the contract: an action that waits for its tool's `max_concurrency` has not started and holds no slot. */
function toolHasRoom(run: ModelRun, { planned }: ActionRun): boolean {
  const limit = planned.tool?.max_concurrency ?? Infinity;
  const busy = runningActions(run).filter((other) => other.planned.tool?.name === planned.tool?.name);
  return planned.tool === undefined || busy.length < limit;
}
