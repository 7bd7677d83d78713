import type { Reason } from "@car/ir";
import { mayAbort } from "@car/ir/internal";
import { isExternal } from "../dispatch/call-tool.js";
import { boundDuration } from "../run/bound-duration.js";
import { endSlot, stopIfDue, stopRun } from "../run/finish.js";
import { leftByRunsOf } from "../run/external-effects.js";
import { failed, type Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { stopIfChanged } from "../run/state-versions.js";
import { notesOf, type Slot } from "../run/slot.js";
import { askInDoubt } from "./ask-in-doubt.js";
import type { InDoubtAnswer } from "./in-doubt.js";
import type { RecordedRun } from "./recorded-run.js";
import { answerName, type Recovery } from "./recovery.js";
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
  const answers = await decideAll(run, doubtful, recovery);
  run.tick();
  endDoubtful(run, doubtful, answers, recovery);
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
async function decideAll(run: Run, doubtful: readonly Slot[], recovery: Recovery): Promise<readonly InDoubtAnswer[]> {
  const isLost = recovery.unfinished === "rollback" || isGivenUp(run, recovery.recorded);
  const answers: InDoubtAnswer[] = [];
  for (const slot of doubtful) answers.push(isLost ? "failed" : await answerFor(run, slot, recovery));
  const isAbort = doubtful.some((slot, at) => answers[at] === "failed" && mayAbort(slot.action));
  return isAbort ? answers.map((answer) => (answer === "rerun" ? "failed" : answer)) : answers;
}

/** The host's word that the tool is idempotent, or that it leaves nothing, makes another attempt safe; nobody is asked. */
async function answerFor(run: Run, slot: Slot, recovery: Recovery): Promise<InDoubtAnswer> {
  if (slot.tool?.schema.idempotent === true) return "rerun";
  if (!isExternal(run, slot) && leftByRunsOf(run, slot) === "none") return "rerun";
  const answer = await askInDoubt(run, slot, recovery);
  if (answer === "rerun") note(run, slot, recovery, answer);
  return answer;
}

/** All of them end before the first has consequences: it may give the run up, and with it whatever has not ended. */
function endDoubtful(run: Run, doubtful: readonly Slot[], answers: readonly InDoubtAnswer[], recovery: Recovery): void {
  const ended: (readonly [Slot, Outcome])[] = [];
  for (const [at, slot] of doubtful.entries()) {
    const answer = answers[at]!;
    // Another attempt is made under the same idempotency key; or the run was given up meanwhile.
    if (answer === "rerun" || slot.phase === "done") continue;
    note(run, slot, recovery, answer);
    let outcome: Outcome = failed(doubtOf(answer));
    if (typeof answer === "object") {
      outcome = { status: "succeeded", output: answer.output };
      if (isExternal(run, slot)) run.board.answered(slot, 0, "acted");
      notesOf(slot).unanswered--;
    }
    ended.push([slot, endSlot(run, slot, outcome)]);
  }
  // A cancelation that is recorded came before whatever they end as now.
  const { undo } = recovery.recorded;
  if (undo?.kind === "cancel") stopRun(run, undo);
  for (const [slot, outcome] of ended) if (outcome.status !== "succeeded") stopIfDue(run, slot, outcome);
}

function note(run: Run, slot: Slot, { doubts }: Recovery, answer: InDoubtAnswer): void {
  const name = answerName(answer);
  doubts.push({ action_id: slot.action.id, answer: name });
  run.record("action_in_doubt", slot, { reason: doubtOf(answer), answer: name });
}

const CONSEQUENCE = {
  failed: "so it is not made again",
  rerun: "and it is made again, as the host has answered",
  output: "and it counts as done, as the host has answered",
} as const;

function doubtOf(answer: InDoubtAnswer): Reason {
  const message = `the process ended during the call; whether it acted is not known, ${CONSEQUENCE[answerName(answer)]}`;
  return { code: "in_doubt", message };
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
