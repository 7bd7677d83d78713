import type { ErrorClass, JsonValue, ReasonCode } from "@car/ir";
import type { CellWrite } from "./cells.js";
import { applyChanges } from "./effects.js";
import { calleeOf, doingOutside, doingWhenTold, noteDoing } from "./failures.js";
import { limitsOf } from "./plan.js";
import type { ActionEnd, ActionRun } from "./action-run.js";
import { actionAt, type ModelRun, runningActions, type Stop } from "./run.js";

/** Why an action did not succeed. */
export interface Why {
  readonly code: ReasonCode;
  readonly class?: ErrorClass;
  readonly limit?: string;
}

/** Ends an action that did what it should. */
export function succeed(
  run: ModelRun,
  action: ActionRun,
  result: { output: JsonValue; own: readonly CellWrite[] },
): void {
  applyChanges(run, action, result.own);
  end(run, action, { status: "succeeded", output: result.output });
}

/** Ends an action that failed. With `skip` that is tolerated, otherwise it aborts the run. */
export function fail(run: ModelRun, action: ActionRun, why: Why): void {
  end(run, action, endOfFailure(action, why));
  if (action.planned.mayAbort) abort(run, action, why.code);
}

/**
 * Ends an action that a gate refused. It stays `rejected` whatever its failure behaviour.
 * Reading of the contract: when it was tried before, it has failed.
 */
export function refuse(run: ModelRun, action: ActionRun, why: Why): void {
  end(run, action, { status: action.attempts > 0 ? "failed" : "rejected", ...whyOf(why) });
  if (action.planned.mayAbort) abort(run, action, why.code);
}

/** Ends an action that is not tried. Never aborts by itself. */
export function skip(run: ModelRun, action: ActionRun, why: { code: ReasonCode; blamed?: readonly string[] }): void {
  end(run, action, { status: "skipped", ...why });
}

/** Ends an action that was given up: by an abort, or for want of budget. A tolerant one is `skipped`, as after any failure. */
export function giveUp(run: ModelRun, action: ActionRun, why: Why): void {
  noteLeft(run, [action]);
  end(run, action, endOfFailure(action, why));
}

/** Gives up a call in flight that has not ended in time. Nobody knows what it did: it has told nothing. */
export function abandon(run: ModelRun, action: ActionRun): void {
  noteLate(run, action);
  noteDoing(action, doingOutside(calleeOf(action), "unknown"));
  giveUp(run, action, { code: "in_doubt" });
}

/** Nobody waits for a call any more. One that heeds its signal answers at once, others when they are done. */
export function noteLate(run: ModelRun, action: ActionRun): void {
  if (action.call?.heedsAbort === true) return;
  const answer = run.agenda.find(
    ({ kind, index, attempt }) => kind === "settled" && index === action.planned.index && attempt === action.attempts,
  );
  action.late = [...action.late, answer?.at ?? Infinity];
}

/** A failure that is tolerated has one code, however it came about; unless nothing was tried. */
function endOfFailure({ planned, attempts }: ActionRun, why: Why): ActionEnd {
  if (planned.mayAbort || attempts === 0) return { status: "failed", ...whyOf(why) };
  return { status: "skipped", ...whyOf(why), code: "failed" };
}

function whyOf({ code, class: errorClass, limit }: Why): Why {
  return {
    code,
    ...(errorClass === undefined ? {} : { class: errorClass }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/**
 * Ends the actions that have not started, in the stable order. Reading of the contract: what depends on an action that
 * did not succeed is skipped for that reason, also when the run is given up; the others for the run's reason.
 */
export function closeRest(run: ModelRun, code: ReasonCode): void {
  for (const index of run.plan.order) {
    const action = actionAt(run, index);
    if (action.phase !== "waiting" && action.phase !== "parked") continue;
    const blamed = blamedFor(run, action);
    skip(run, action, blamed.length === 0 ? { code } : { code: "dependency_unsuccessful", blamed });
  }
}

/** The actions this one depends on and that did not succeed. Any of them may be named as the cause. */
export function blamedFor(run: ModelRun, { planned }: ActionRun): readonly string[] {
  const needed = new Set([...planned.explicit, ...planned.soleWriters]);
  return endedActions(run)
    .filter((other) => needed.has(other.planned.index) && other.end?.status !== "succeeded")
    .map((other) => other.planned.action.id);
}

/** Nothing new starts; what is in flight is signalled and awaited for a bounded time. Only the first cause counts. */
export function stopRun(run: ModelRun, stop: Stop): void {
  if (run.stop !== undefined) return;
  run.stop = stop;
  const code = stop.status === "canceled" ? "canceled" : "aborted";
  for (const action of runningActions(run)) stopWaiting(run, action, code);
  closeRest(run, code);
  for (const action of runningActions(run)) signal(run, action);
  expectDrainOver(run);
}

/** After a bounded time what is still in flight is given up. */
export function expectDrainOver(run: ModelRun): void {
  const at = run.now + limitsOf(run.world).drain_timeout_ms;
  run.agenda = [...run.agenda, { at, kind: "drain_over", index: -1, attempt: 0 }];
}

/** By default a run rolls back when an action that goes without budget may abort. */
export function noteLeft(run: ModelRun, left: readonly ActionRun[]): void {
  if (run.exceeded === undefined || run.world.budget.on_exceeded !== undefined) return;
  if (left.some(({ planned }) => planned.mayAbort)) run.exceeded.rollsBack = true;
}

/** Ends what waits. Reading of the contract: between two attempts nothing is in flight, the last failure stands. */
function stopWaiting(run: ModelRun, action: ActionRun, code: ReasonCode): void {
  if (action.phase === "calling") return;
  if (action.attempts === 0) skip(run, action, { code });
  else giveUp(run, action, { code: action.lastFailure?.code ?? "failed" });
}

/** Tells a call in flight to end; one that heeds its signal fails at once. */
export function signal(run: ModelRun, action: ActionRun): void {
  if (action.call?.heedsAbort !== true) return;
  noteDoing(action, doingWhenTold(calleeOf(action)));
  giveUp(run, action, { code: "canceled" });
}

function abort(run: ModelRun, action: ActionRun, code: ReasonCode): void {
  stopRun(run, { status: "rolled_back", code, action_id: action.planned.action.id });
}

function end(run: ModelRun, action: ActionRun, how: ActionEnd): void {
  action.end = how;
  refund(run, action);
  action.phase = "done";
  action.finishedAt = run.now;
  run.ended = [...run.ended, action.planned.index];
}

/** The actions that ended, in the order of ending. */
export function endedActions(run: ModelRun): readonly ActionRun[] {
  return run.ended.map((index) => actionAt(run, index));
}

/** Gives back what was reserved for an attempt that is not made. */
function refund(run: ModelRun, action: ActionRun): void {
  if (!action.reserved) return;
  action.reserved = false;
  if (action.planned.action.type === "tool_call") run.usedCalls -= 1;
  if (action.attempts > 0) return;
  run.usedActions -= 1;
  action.charged = false;
}
