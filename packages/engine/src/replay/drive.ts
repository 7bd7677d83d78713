import { type CarEvent, payloadOf } from "@car/ir";
import { cancelRun } from "../run/cancel-run.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { canceledBy } from "./cancelation.js";
import type { ReplayParts } from "./replay-parts.js";
import { callName, endOf, failureEvent, type PendingCalls } from "./scripted-calls.js";
import type { ScriptedTimer } from "./scripted-timers.js";
import { reasonCodeOf } from "./reason-of.js";

/** Turns of the microtask queue without an event after which nothing more comes by itself. The engine needs about ten. */
const PATIENCE = 100;

/** A second execution that is under way. */
export interface Driven {
  readonly run: Run;
  readonly parts: ReplayParts;
  readonly pending: PendingCalls;
  readonly isOver: () => boolean;
}

/** Supplies what came from outside in the recorded order, until the run has ended or something came out differently. */
export async function drive(driven: Driven): Promise<void> {
  const { script, waits } = driven.parts;
  let idle = 0;
  while (!driven.isOver() && script.divergence === undefined) {
    const before = script.matched;
    const next = script.next();
    const supplied = next !== undefined && supply(driven, next);
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

/** Does what led to an event. Returns false when nothing has to be done, or it has been done. */
function supply(driven: Driven, next: CarEvent): boolean {
  const { run, parts } = driven;
  const cause = canceledBy(next);
  if (cause !== undefined && run.phase !== "settling" && run.phase !== "settled") {
    cancelRun(run, cause);
    return true;
  }
  const slot = next.action_id === undefined ? undefined : parts.slotOf(next.action_id);
  if (slot !== undefined) return supplyAction(driven, slot, next);
  return next.kind === "budget_exceeded" && parts.script.supply(next) && fire(run.extras.durationTimer);
}

function supplyAction({ run, parts, pending }: Driven, slot: Slot, next: CarEvent): boolean {
  const { id } = slot.action;
  // Of an action that has ended only its compensation can go on.
  const active = parts.undoing.get(id) ?? slot;
  if (slot.attempt !== undefined) return endAttempt({ run, parts, pending }, slot, next);
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

function endAttempt({ run, parts, pending }: Omit<Driven, "isOver">, slot: Slot, next: CarEvent): boolean {
  const { id } = slot.action;
  const end = endOf(parts, id, slot.attempts);
  if (end === undefined || !parts.script.supply(end)) return false;
  if (next.kind === "action_in_doubt") parts.script.supply(next);
  switch (reasonCodeOf(failureEvent(parts.script, end))) {
    case "timeout":
      return fire(slot.attempt!.timer);
    case "in_doubt":
      // The run ended and nobody waited any longer.
      return fire(run.extras.drainTimer);
    default:
      return pending.settle(callName(id, slot.attempts));
  }
}

function fire(timer: unknown): boolean {
  (timer as ScriptedTimer | undefined)?.fire();
  return timer !== undefined;
}
