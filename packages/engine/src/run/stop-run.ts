import type { Reason, ReasonCode } from "@car/ir";
import { closeAttempt } from "../dispatch/call-tool.js";
import { finishSlot } from "./finish-slot.js";
import { failed, type Outcome, skipped } from "./outcome.js";
import type { Run, Stop } from "./run.js";
import { settle } from "./settle.js";
import type { Slot } from "./slot.js";

/** A stop, and whether calls in flight are told of it; without a word, all but a spent budget tell them. */
export interface StopOrder extends Stop {
  readonly signalInFlight?: boolean;
}

/**
 * Starts nothing more: what waits is skipped, calls in flight are told (unless they may finish) and waited for, within
 * a bound. The first stop has the last word, except that a spent budget gives way to an abort or a cancelation, and
 * that time running out after another limit still tells the calls in flight.
 */
export function stopRun(run: Run, stop: StopOrder): void {
  const signal = stop.signalInFlight ?? stop.kind !== "budget";
  if (run.stop !== undefined && (run.stop.kind !== "budget" || !signal)) return;
  // The first cause stays the one that is named, whatever comes on top of it (5.3).
  run.stop = { kind: stop.kind, cause: run.stop?.cause ?? stop.cause };
  // At once, so that a run whose process ends before it does is not taken up as if nobody had given it up.
  if (stop.kind === "cancel") run.record("proposal_canceled", undefined, { reason: run.stop.cause });
  for (const slot of run.slots) {
    if (slot.phase !== "running") continue;
    if (slot.attempt === undefined) giveUpWait(run, slot);
    else if (signal) {
      slot.attempt.wasTold = true;
      slot.attempt.abort(stop.cause.message);
    }
  }
  // In topological order, so that a cause reaches everything that depends on it.
  for (const index of run.plan.graph.order) {
    const slot = run.slots[index]!;
    if (slot.phase !== "waiting" && slot.phase !== "ready") continue;
    if (!run.plan.graph.unscheduled.has(index)) finishSlot(run, slot, notStarted(run, slot));
  }
  if (signal && run.inFlight > 0) boundTheWait(run);
}

/** An action at a gate, or between two attempts, ends now: nothing of it is in flight. */
function giveUpWait(run: Run, slot: Slot): void {
  slot.epoch++;
  slot.givenUp = true;
  slot.interrupt?.();
  finishSlot(run, slot, notStarted(run, slot));
}

const CODES: Readonly<Record<Stop["kind"], ReasonCode>> = {
  abort: "aborted",
  cancel: "canceled",
  budget: "budget_exceeded",
};

/** How an action ends that is not started (again): as it failed before, because of a predecessor, or of the stop. */
export function notStarted(run: Run, slot: Slot): Outcome {
  if (slot.attempts > 0 && slot.lastFailure !== undefined) return slot.lastFailure;
  if (slot.skipCause !== undefined) {
    const message = `it depends on \`${slot.skipCause}\`, which did not succeed`;
    return skipped({ code: "dependency_unsuccessful", message, action_id: slot.skipCause });
  }
  const { kind, cause } = run.stop!;
  return skipped({ ...related(cause), code: CODES[kind], message: stopMessage(kind, cause) });
}

function related(cause: Reason): Partial<Reason> {
  return {
    ...(cause.action_id === undefined ? {} : { action_id: cause.action_id }),
    ...(cause.limit === undefined ? {} : { limit: cause.limit }),
  };
}

function stopMessage(kind: Stop["kind"], cause: Reason): string {
  if (kind === "budget") return cause.message;
  const by = cause.action_id === undefined ? cause.message : `\`${cause.action_id}\`: ${cause.message}`;
  return kind === "abort" ? `the run was aborted by ${by}` : `the run was canceled: ${cause.message}`;
}

function boundTheWait(run: Run): void {
  const ms = run.config.limits.drain_timeout_ms;
  // A second stop does not prolong the wait for what the first has told.
  run.drainTimer ??= run.services.timers.set(ms, () => {
    run.tick();
    for (const slot of run.slots) if (slot.attempt !== undefined) abandon(run, slot, ms);
    if (run.inFlight === 0) settle(run);
  });
}

/** The call does not come back: what it did is unknown. */
function abandon(run: Run, slot: Slot, afterMs: number): void {
  closeAttempt(run, slot, slot.attempt!);
  slot.abandoned = true;
  const message = `the call did not end within ${afterMs} ms of being told to; what it did is not known`;
  const outcome = failed({ code: "in_doubt", message, class: "canceled" });
  run.record("action_in_doubt", slot, { reason: outcome.reason });
  finishSlot(run, slot, outcome);
}
