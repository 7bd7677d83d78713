import { type ActionSucceededData, EDGE_ORDER, mayAbort, type Reason } from "@car/ir";
import { leavesTraces, secure } from "../dispatch/secure.js";
import type { CallHistory } from "../session/call-history.js";
import { applyEffects } from "./apply-effects.js";
import type { Outcome, Succeeded, Unsuccessful } from "./outcome.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";
import { stopRun } from "./stop-run.js";

/** Ends an action for good: effects, evidence, what waits for it, and whether the run goes on. */
export function finishSlot(run: Run, slot: Slot, outcome: Outcome): void {
  if (slot.phase === "running") {
    run.inFlight--;
    run.ready.ended(slot.index);
  }
  slot.unpark?.();
  slot.phase = "done";
  slot.endedAt = run.time;
  run.open--;
  returnUnused(run, slot);
  if (outcome.status === "succeeded") finishWell(run, slot, outcome);
  else finishBadly(run, slot, outcome);
  if (run.history !== undefined) countEnd(run.history, slot);
  const { onEnd } = slot;
  if (onEnd !== undefined) for (const listener of onEnd) listener(slot.outcome!);
  releaseSuccessors(run, slot);
  if (outcome.status !== "succeeded") stopIfDue(run, slot, outcome);
  // What an ended call held need not live as long as the run.
  slot.finished = undefined;
  // Last, because it may start another action: everything that follows from this end has happened by then.
  slot.release?.();
  slot.release = undefined;
}

/** A call that was let through and never made is taken back; one that succeeded may be what another one waits for. */
function countEnd(history: CallHistory, slot: Slot): void {
  if (slot.action.type !== "tool_call") return;
  if (slot.outcome!.status === "succeeded") history.succeed(slot.action.tool);
  else if (slot.counted && slot.attempts === 0) {
    history.withdraw(slot.action.tool);
    slot.counted = false;
  }
}

function returnUnused(run: Run, slot: Slot): void {
  if (slot.charge !== undefined) run.budget?.release(slot.charge);
  slot.charge = undefined;
}

function finishWell(run: Run, slot: Slot, outcome: Succeeded): void {
  slot.outcome = outcome;
  slot.completion = ++run.completions;
  applyEffects(run, slot, outcome.output);
  // First, so that a log that was cut off after the success has the changes that came with it.
  if (slot.changes.length > 0) run.record("state_changed", slot, { changes: slot.changes });
  run.record("action_succeeded", slot, succeededData(slot, outcome));
  // Nobody waits for it here: the run is confirmed by a flush of its own.
  if (slot.attempts > 0 && leavesTraces(run, slot)) void secure(run);
}

function succeededData({ durationMs, receipt, labels }: Slot, { output, read }: Succeeded): ActionSucceededData {
  if (read === undefined && receipt === undefined) {
    return labels.length === 0 ? { output, duration_ms: durationMs } : { output, duration_ms: durationMs, labels };
  }
  return {
    output,
    duration_ms: durationMs,
    ...(read === undefined ? {} : { read }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(labels.length === 0 ? {} : { labels }),
  };
}

/** How an end shows in the result: a tolerated failure as `skipped`; that it ran is told by its attempts (3.5). */
export function endingOf(slot: Slot, outcome: Outcome): Outcome {
  if (outcome.status !== "failed" || slot.attempts === 0 || mayAbort(slot.action)) return outcome;
  return { ...outcome, status: "skipped", reason: { ...outcome.reason, code: "failed" } };
}

function finishBadly(run: Run, slot: Slot, outcome: Unsuccessful): void {
  slot.outcome = endingOf(slot, outcome);
  const data = { reason: outcome.reason, duration_ms: slot.durationMs };
  switch (outcome.status) {
    case "failed":
      return run.record("action_failed", slot, data);
    case "rejected":
      return run.record("action_rejected", slot, data);
    case "skipped":
      return run.record("action_skipped", slot, data);
  }
}

/** A spent budget turns into an abort only by a failure that it did not bring about itself. */
function isStoppedByRun({ givenUp, finished }: Slot, reason: Reason): boolean {
  return givenUp || finished?.wasTold === true || isGivenUp(reason);
}

/** True when the run ended the call, not the call the run. */
function isGivenUp({ code }: Reason): boolean {
  return code === "canceled" || code === "in_doubt";
}

function releaseSuccessors(run: Run, { index, action, outcome }: Slot): void {
  const { offsets, targets, kinds } = run.plan.graph;
  const good = outcome!.status === "succeeded";
  for (let e = offsets[index]!; e < offsets[index + 1]!; e++) {
    const next = run.slots[targets[e]!]!;
    next.waiting--;
    if (next.phase !== "waiting") continue;
    if (!good && kinds[e] !== EDGE_ORDER) next.skipCause ??= action.id;
    if (next.waiting > 0) continue;
    if (next.skipCause !== undefined) run.toSkip.push(next.index);
    else {
      next.phase = "ready";
      run.ready.push(next.index);
    }
  }
}

/** Gives the run up if an action that ended so makes that necessary. */
export function stopIfDue(run: Run, slot: Slot, { status, reason }: Unsuccessful): void {
  if (run.stop !== undefined && (run.stop.kind !== "budget" || isStoppedByRun(slot, reason))) return;
  const cause = { ...reason, action_id: reason.action_id ?? slot.action.id };
  if (reason.code === "budget_exceeded" && status === "skipped") {
    run.record("budget_exceeded", slot, { limit: reason.limit! });
    stopRun(run, { kind: "budget", cause });
  } else if (status !== "skipped" && mayAbort(slot.action)) {
    stopRun(run, { kind: "abort", cause });
  }
}
