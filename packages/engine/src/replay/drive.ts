import { type CarEvent, payloadOf } from "@car/ir";
import { cancelRun } from "../run/cancel-run.js";
import { resumeRun } from "../run/resume.js";
import { NOBODY, type Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { abortedFor, canceledBy } from "./cancelation.js";
import { exposeRecorded } from "./recorded-labels.js";
import type { ReplayParts } from "./replay-parts.js";
import { callName, endOf, failureEvent, type PendingCalls, readingName } from "./scripted-calls.js";
import { fire } from "./scripted-timers.js";
import { reasonCodeOf } from "./reason-of.js";

/** Turns of the microtask queue without an event after which nothing more comes by itself. The engine needs about ten. */
const PATIENCE = 100;

/** A second execution that is under way. */
export interface Driven {
  /** `undefined` when it was refused before it became a run. */
  readonly run: Run | undefined;
  readonly parts: ReplayParts;
  readonly pending: PendingCalls;
  /** Told when a suspended run goes on. */
  readonly onResume: () => void;
}

/**
 * Supplies what came from outside in the recorded order, until everything that is due has come, or something came out
 * differently.
 */
export async function drive({ run, ...driven }: Driven): Promise<void> {
  const { script, waits } = driven.parts;
  let idle = 0;
  while (script.isDue && script.divergence === undefined) {
    const before = script.matched;
    const supplied = run !== undefined && supply({ ...driven, run }, script.next()!);
    await Promise.resolve();
    idle = supplied || script.matched > before ? 0 : idle + 1;
    if (idle <= PATIENCE) continue;
    // A host's own policy may take its time.
    if (waits.promised.size === 0) return script.missing();
    await Promise.allSettled([...waits.promised]);
    waits.promised.clear();
    idle = 0;
  }
}

interface DrivenRun extends Driven {
  readonly run: Run;
}

/** Does what led to an event. Returns false when nothing has to be done, or it has been done. */
function supply(driven: DrivenRun, next: CarEvent): boolean {
  const { run, parts } = driven;
  if (run.phase === "suspended") return resume(driven, next);
  const cause = canceledBy(next);
  if (cause !== undefined && run.phase !== "settling" && run.phase !== "settled") {
    cancelRun(run, cause);
    return true;
  }
  const slot = next.action_id === undefined ? undefined : parts.slotOf(next.action_id);
  if (slot !== undefined) return supplyAction(driven, slot, next);
  return next.kind === "budget_exceeded" && parts.script.supply(next) && fire(run.extras.durationTimer);
}

/** A suspended run is taken up, or given up with its runtime. */
function resume({ run, parts: { script }, onResume }: DrivenRun, next: CarEvent): boolean {
  const cause = canceledBy(next);
  if ((cause === undefined && next.kind !== "proposal_resumed") || !script.supply(next)) return false;
  onResume();
  if (cause !== undefined) {
    run.reopen(NOBODY);
    cancelRun(run, cause);
    return true;
  }
  // Who resumes it with a signal that is aborted wants it undone.
  const [, second] = script.rest();
  const given = second && canceledBy(second);
  // What it is answered is in its events; that it cannot be taken up shows there as well.
  resumeRun(run, given && abortedFor(given.message)).catch(() => undefined);
  return true;
}

function supplyAction({ run, parts, pending }: DrivenRun, slot: Slot, next: CarEvent): boolean {
  const { id } = slot.action;
  if (next.kind === "image_read" && pending.settle(readingName(id))) return true;
  // Of an action that has ended only its compensation can go on.
  const active = parts.undoing.get(id) ?? slot;
  const isToken = next.kind === "rate_limited" && parts.waits.has(id);
  if (slot.attempt !== undefined && !isToken) return endAttempt({ run, parts, pending }, slot, next);
  const wait = parts.waits.take(id);
  if (wait !== undefined) {
    parts.script.supply(next);
    if (isTooLate(next)) wait.giveUp();
    else wait.go();
    return true;
  }
  // Nothing but the pause before another attempt is left.
  if (active.phase !== "backing_off" || active.hold === undefined) return false;
  active.hold.expire();
  return true;
}

function isTooLate(event: CarEvent): boolean {
  return event.kind === "action_failed" || (event.kind === "rate_limited" && !payloadOf(event).granted);
}

function endAttempt({ run, parts, pending }: Omit<DrivenRun, "onResume">, slot: Slot, next: CarEvent): boolean {
  const { id } = slot.action;
  const end = endOf(parts, id, slot.attempts);
  if (end === undefined || !parts.script.supply(end)) return false;
  exposeRecorded(parts.script, slot);
  if (next.kind === "action_in_doubt") parts.script.supply(next);
  switch (reasonCodeOf(failureEvent(parts.script, end))) {
    case "timeout":
      return fire(slot.attempt);
    case "in_doubt":
      // The run ended and nobody waited any longer.
      return fire(run.extras.drainTimer);
    default:
      return pending.settle(callName(id, slot.attempts));
  }
}
