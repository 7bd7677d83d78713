import { mayAbort } from "@car/ir/internal";
import { boundDuration } from "../run/bound-duration.js";
import { endSlot, stopIfDue, stopRun } from "../run/finish.js";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { stopIfChanged } from "../run/state-versions.js";
import type { Slot } from "../run/slot.js";
import { type Decided, decideDoubt, doubtOf, givenUp } from "./decide-doubt.js";
import type { RecordedRun } from "./recorded-run.js";
import type { Recovery } from "./recovery.js";
import { outcomeOf, restoreAttempts, restoreEnd } from "./restore-slot.js";

/**
 * Takes a run up where its log ends: ends what had ended, decides what is in doubt, and then lets the run's loop do the
 * rest. The locks are held, and so is the board.
 */
export function goOn(run: Run, recovery: Recovery): void {
  takeUp(run, recovery).catch((error: unknown) => {
    run.break("a recovered run cannot be taken up", error);
    run.board.letGo();
    run.host.drive(run);
  });
}

async function takeUp(run: Run, recovery: Recovery): Promise<void> {
  const { recorded } = recovery;
  restore(run, recorded);
  const doubtful = run.board.slots.filter((slot) => slot.phase !== "done" && isOpen(recorded, slot));
  const decided = await decideAll(run, doubtful, recovery);
  run.tick();
  endDoubtful(run, doubtful, decided, recovery);
  stop(run, recovery);
  run.board.letGo();
  const limit = run.budget?.budget.max_duration_ms;
  if (limit !== undefined && run.parent === undefined) boundDuration(run, limit);
  run.host.drive(run);
}

/** Puts what the log says of the run's actions in its place. The board is held, or nothing will go on. */
export function restore(run: Run, { actions, ends }: RecordedRun): void {
  const slotOf = new Map(run.board.slots.map((slot) => [slot.action.id, slot]));
  for (const [id, action] of actions) {
    const slot = slotOf.get(id);
    if (slot !== undefined) restoreAttempts(run, slot, action);
  }
  for (const end of ends) {
    const slot = slotOf.get(end.action.id);
    if (slot !== undefined) restoreEnd(run, slot, end);
  }
}

/** Nothing is ended before everything is decided: the end of one call could give up another that is in doubt. */
async function decideAll(run: Run, doubtful: readonly Slot[], recovery: Recovery): Promise<readonly Decided[]> {
  const isLost = recovery.unfinished === "rollback" || isGivenUp(run, recovery.recorded);
  const decided: Decided[] = [];
  for (const slot of doubtful) {
    const recorded = recovery.recorded.actions.get(slot.action.id)!;
    const each = await decideDoubt(run, slot, { recovery, recorded, isLost });
    if (each.answer === "rerun") note(run, slot, recovery, each);
    decided.push(each);
  }
  const isAbort = doubtful.some((slot, at) => isFailed(decided[at]!) && mayAbort(slot.action));
  return isAbort ? decided.map(givenUp) : decided;
}

function isFailed({ isAgain, outcome }: Decided): boolean {
  return !isAgain && outcome.status !== "succeeded";
}

/** All of them end before the first has consequences: it may give the run up, and with it whatever has not ended. */
function endDoubtful(run: Run, doubtful: readonly Slot[], decided: readonly Decided[], recovery: Recovery): void {
  const ended: (readonly [Slot, Outcome])[] = [];
  for (const [at, slot] of doubtful.entries()) {
    const each = decided[at]!;
    // Another attempt is made under the same idempotency key; or the run was given up meanwhile.
    if (each.isAgain || slot.phase === "done") continue;
    note(run, slot, recovery, each);
    ended.push([slot, endSlot(run, slot, each.outcome)]);
  }
  // A cancelation that is recorded came before whatever they end as now.
  const { undo } = recovery.recorded;
  if (undo?.kind === "cancel") stopRun(run, undo);
  for (const [slot, outcome] of ended) if (outcome.status !== "succeeded") stopIfDue(run, slot, outcome);
}

/** What a probe has said is in the log. */
function note(run: Run, slot: Slot, { doubts }: Recovery, { by, answer }: Decided): void {
  if (by === undefined && answer === "rerun") return;
  doubts.push({ action_id: slot.action.id, answer });
  if (by === "probe" || answer === "not_happened") return;
  run.record("action_in_doubt", slot, { reason: doubtOf(answer), answer });
}

function isOpen({ actions }: RecordedRun, { action }: Slot): boolean {
  return actions.get(action.id)?.isOpen === true;
}

/** The log has an end that gives the run up: nothing more is called. */
function isGivenUp(run: Run, { ends, undo }: RecordedRun): boolean {
  if (undo !== undefined) return true;
  const byId = new Map(run.board.slots.map((slot) => [slot.action.id, slot]));
  return ends.some(({ action, kind, data }) => {
    const slot = byId.get(action.id);
    if (kind === "action_skipped") return data.reason?.code === "canceled" || data.reason?.code === "aborted";
    return kind !== "action_succeeded" && slot !== undefined && mayAbort(slot.action);
  });
}

/** Finds out whether the run had been given up, in the order in which that happened. */
function stop(run: Run, { recorded, unfinished }: Recovery): void {
  const slotOf = new Map(run.board.slots.map((slot) => [slot.action.id, slot]));
  for (const end of recorded.ends) {
    const outcome = outcomeOf(end);
    if (outcome.status === "succeeded") continue;
    const slot = slotOf.get(end.action.id);
    if (slot !== undefined) stopIfDue(run, slot, outcome);
    const { code } = outcome.reason;
    if (outcome.status !== "skipped") continue;
    if (code === "canceled") stopRun(run, { kind: "cancel", cause: outcome.reason });
    else if (code === "aborted") stopRun(run, { kind: "abort", cause: outcome.reason });
  }
  if (recorded.undo !== undefined) stopRun(run, recorded.undo);
  if (recorded.suspended !== undefined) stopIfChanged(run, recorded.suspended);
  if (unfinished === "resume") return;
  const message = "the process ended before the run did; it was rolled back when the log was opened again";
  stopRun(run, { kind: "abort", cause: { code: "aborted", message } });
}
