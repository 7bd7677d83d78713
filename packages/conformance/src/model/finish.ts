import type { JsonValue, ReasonCode } from "@car/ir";
import type { CellWrite } from "./cells.js";
import { applyChanges } from "./effects.js";
import { limitsOf } from "./plan.js";
import { type ActionEnd, type ActionRun, actionAt, type ModelRun, runningActions, type Stop } from "./run.js";

/** Ends an action that did what it should. */
export function succeed(
  run: ModelRun,
  action: ActionRun,
  result: { output: JsonValue; own: readonly CellWrite[] },
): void {
  applyChanges(run, action, result.own);
  end(run, action, { status: "succeeded", output: result.output });
}

/** Ends an action that was tried and failed. With `skip` that is tolerated, otherwise it aborts the run. */
export function fail(run: ModelRun, action: ActionRun, code: ReasonCode): void {
  const tolerated = !action.planned.mayAbort;
  end(run, action, tolerated ? { status: "skipped", code: "failed" } : { status: "failed", code });
  if (!tolerated) abort(run, action, code);
}

/** Ends an action that a gate refused. It stays `rejected` whatever its failure behaviour. */
export function refuse(run: ModelRun, action: ActionRun, code: ReasonCode): void {
  end(run, action, { status: "rejected", code });
  if (action.planned.mayAbort) abort(run, action, code);
}

/** Ends an action that is not tried. Never aborts by itself. */
export function skip(run: ModelRun, action: ActionRun, why: { code: ReasonCode; blamed?: string }): void {
  end(run, action, { status: "skipped", ...why });
}

/** Ends an action that was given up by an abort. */
export function giveUp(run: ModelRun, action: ActionRun, code: ReasonCode): void {
  action.canceledInFlight = action.phase === "calling";
  end(run, action, { status: "failed", code });
}

/** Nothing new starts; what is in flight is signalled and awaited for a bounded time. Only the first cause counts. */
export function stopRun(run: ModelRun, stop: Stop): void {
  if (run.stop !== undefined) return;
  run.stop = stop;
  for (const action of runningActions(run)) {
    if (action.phase === "calling") signal(run, action);
    // Reading of the contract: between two attempts nothing is in flight, the last failure stands.
    else if (action.phase === "delayed")
      end(run, action, { status: "failed", code: action.lastFailure?.code ?? "failed" });
    else skip(run, action, { code: "aborted" });
  }
  const at = run.now + limitsOf(run.world).drain_timeout_ms;
  run.agenda = [...run.agenda, { at, kind: "drain_over", index: -1, attempt: 0 }];
}

/** Tells a call in flight to end; one that heeds its signal fails at once. */
export function signal(run: ModelRun, action: ActionRun): void {
  if (action.call?.heedsAbort === true) giveUp(run, action, "canceled");
}

function abort(run: ModelRun, action: ActionRun, code: ReasonCode): void {
  stopRun(run, { status: "rolled_back", code, action_id: action.planned.action.id });
}

function end(run: ModelRun, action: ActionRun, how: ActionEnd): void {
  action.end = how;
  action.phase = "done";
  action.finishedAt = run.now;
  run.ended = [...run.ended, action.planned.index];
}

/** The actions that ended, in the order of ending. */
export function endedActions(run: ModelRun): readonly ActionRun[] {
  return run.ended.map((index) => actionAt(run, index));
}
