import { mayAbort, type Reason } from "@car/ir";
import { EXTERNAL } from "../plan/plan-flags.js";
import { drain } from "../run/drain.js";
import { finishSlot, stopIfDue } from "../run/finish-slot.js";
import { failed, type Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { stopIfChanged } from "../run/resume.js";
import { stopRun } from "../run/stop-run.js";
import { askInDoubt } from "./ask-in-doubt.js";
import type { InDoubtAnswer } from "./in-doubt.js";
import type { RecordedRun } from "./recorded-run.js";
import type { Recovery } from "./recovery.js";
import { outcomeOf, restoreAttempts, restoreEnd } from "./restore-slot.js";

/**
 * Takes a run up where its log ends: ends what had ended, decides what is in doubt, and then lets the run's loop do the
 * rest. The locks are held.
 */
export function goOn(run: Run, recovery: Recovery): void {
  takeUp(run, recovery).catch((error: unknown) => {
    run.break("a recovered run cannot be taken up", error);
    drain(run);
  });
}

async function takeUp(run: Run, recovery: Recovery): Promise<void> {
  const { recorded } = recovery;
  restore(run, recorded);
  const doubtful = run.slots.filter((slot) => slot.phase !== "done" && isOpen(recorded, slot));
  const outcomes = await decideAll(run, doubtful, recovery);
  run.tick();
  finishAll(
    run,
    doubtful.flatMap((slot, at) => (outcomes[at] === undefined ? [] : [[slot, outcomes[at]] as const])),
  );
  stop(run, recovery);
  if (run.stop === undefined) makeReady(run);
  drain(run);
}

/** All of them count as ended before the first is: that one may give the run up, and with it whatever has not ended. */
function finishAll(run: Run, decided: readonly (readonly [Slot, Outcome])[]): void {
  for (const [slot] of decided) slot.phase = "done";
  // A cancelation that is recorded came before whatever they end as now.
  if (run.recovery?.recorded.undo?.kind === "cancel") stopRun(run, run.recovery.recorded.undo);
  for (const [slot, outcome] of decided) finishSlot(run, slot, outcome);
}

/** Nothing is ended before everything is decided: the end of one call could give up another that is in doubt. */
async function decideAll(
  run: Run,
  doubtful: readonly Slot[],
  recovery: Recovery,
): Promise<readonly (Outcome | undefined)[]> {
  const isLost = recovery.unfinished === "rollback" || isGivenUp(run, recovery.recorded);
  const answers: InDoubtAnswer[] = [];
  for (const slot of doubtful) answers.push(isLost ? "failed" : await answerFor(run, slot, recovery));
  const abort = doubtful.some((slot, at) => answers[at] === "failed" && mayAbort(slot.action));
  return doubtful.map((slot, at) => {
    const answer = abort && answers[at] === "rerun" ? "failed" : answers[at]!;
    return outcomeOfAnswer(run, slot, { answer, inDoubt: recovery.inDoubt });
  });
}

function answerFor(run: Run, slot: Slot, recovery: Recovery): InDoubtAnswer | Promise<InDoubtAnswer> {
  return mayRepeat(run, slot) ? "rerun" : askInDoubt(run, slot, recovery);
}

interface Answer {
  readonly answer: InDoubtAnswer;
  readonly inDoubt: string[];
}

/** `undefined`: the call is made again, under the same idempotency key. */
function outcomeOfAnswer(run: Run, slot: Slot, { answer, inDoubt }: Answer): Outcome | undefined {
  if (answer === "rerun") return undefined;
  const message = "the process ended during the call; whether it acted is not known, so it is not made again";
  const reason: Reason = { code: "in_doubt", message };
  run.record("action_in_doubt", slot, { reason });
  if (typeof answer === "object") return { status: "succeeded", output: answer.output };
  slot.abandoned = true;
  inDoubt.push(slot.action.id);
  return failed(reason);
}

function restore(run: Run, { actions, ends }: RecordedRun): void {
  const slotOf = new Map(run.slots.map((slot) => [slot.action.id, slot]));
  for (const [id, action] of actions) {
    const slot = slotOf.get(id);
    if (slot !== undefined) restoreAttempts(run, slot, action);
  }
  for (const end of ends) {
    const slot = slotOf.get(end.action.id);
    if (slot !== undefined) restoreEnd(run, slot, end);
  }
}

function isOpen({ actions }: RecordedRun, { action }: Slot): boolean {
  return actions.get(action.id)?.isOpen === true;
}

/** The host's word that the tool is idempotent, or that it leaves nothing, makes another attempt safe. */
function mayRepeat(run: Run, { tool, index }: Slot): boolean {
  return tool !== undefined && (tool.schema.idempotent || (run.plan.flags[index]! & EXTERNAL) === 0);
}

/** The log has an end that gives the run up: nothing more is called. */
function isGivenUp(run: Run, { ends, undo }: RecordedRun): boolean {
  if (undo !== undefined) return true;
  const byId = new Map(run.slots.map((slot) => [slot.action.id, slot]));
  return ends.some(({ action, kind, data }) => {
    const slot = byId.get(action.id);
    if (kind === "action_skipped") return data.reason?.code === "canceled" || data.reason?.code === "aborted";
    return kind !== "action_succeeded" && slot !== undefined && mayAbort(slot.action);
  });
}

/** Finds out whether the run had been given up, in the order in which that happened. */
function stop(run: Run, { recorded, unfinished }: Recovery): void {
  const slotOf = new Map(run.slots.map((slot) => [slot.action.id, slot]));
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

function makeReady(run: Run): void {
  for (const slot of run.slots) {
    if (slot.phase !== "waiting" || slot.waiting > 0 || run.plan.graph.unscheduled.has(slot.index)) continue;
    if (slot.skipCause !== undefined) run.toSkip.push(slot.index);
    else {
      slot.phase = "ready";
      run.ready.push(slot.index);
    }
  }
}
