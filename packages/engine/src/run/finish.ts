import type { LabelSet, Reason, ReasonCode } from "@car/ir";
import { mayAbort, NO_LABELS } from "@car/ir/internal";
import { cancelChildren, end, leaveUnanswered } from "../dispatch/call-tool.js";
import { isExternal } from "../dispatch/external.js";
import { secure } from "../dispatch/secure.js";
import type { Payload } from "../evidence/recorder.js";
import { flowOf } from "../flow/flow-note.js";
import { toldLabels } from "../flow/output-labels.js";
import { applyEffects } from "./apply-effects.js";
import { ClaimedChanges, hasClaims } from "./changes.js";
import { giveBackPlace, returnUnused, tellWaiting } from "./give-back.js";
import { failed, type Outcome, skipped, type Succeeded, Success, type Unsuccessful } from "./outcome.js";
import type { Stop } from "./run-extras.js";
import type { Run } from "./run.js";
import { notesOf, type Slot } from "./slot.js";

/** Ends an action for good: effects, evidence, what waits for it, and whether the run goes on. */
export function finishSlot(run: Run, slot: Slot, outcome: Outcome): void {
  const ended = endSlot(run, slot, outcome);
  if (slot.errand !== undefined) return slot.errand.ended(ended);
  if (ended.status !== "succeeded") stopIfDue(run, slot, ended);
  // Last, because it may start another action: everything that follows from this end has happened by then.
  giveBackPlace(slot);
}

/** The part of that which has no consequences for the run. Returns the outcome as it is told. */
export function endSlot(run: Run, slot: Slot, outcome: Outcome): Outcome {
  returnUnused(run, slot);
  const ended = outcome.status === "succeeded" ? outcome : withSideEffect(run, slot, outcome);
  if (slot.errand !== undefined) run.board.end(slot, ended, run.elapsed);
  else if (ended.status === "succeeded") succeed(run, slot, ended);
  else failOrSkip(run, slot, ended);
  if (slot.errand === undefined) countEnd(run, slot);
  tellWaiting(slot, slot.outcome!);
  return ended;
}

/** What the calls may have left is told with the failure, whichever attempt left it. */
export function withSideEffect(run: Run, slot: Slot, outcome: Unsuccessful): Unsuccessful {
  const { sideEffect } = slot;
  if (sideEffect === "none" || !isExternal(run, slot)) return outcome;
  return { ...outcome, reason: { ...outcome.reason, outcome: sideEffect } };
}

function succeed(run: Run, slot: Slot, outcome: Succeeded): void {
  try {
    applyEffects(run, slot, outcome.output);
  } catch (error) {
    run.break("the state store failed", error);
  }
  run.board.end(slot, outcome, run.elapsed);
  // First, so that a log that was cut off after the success has the changes that came with it.
  recordChanges(run, slot);
  run.record("action_succeeded", slot, succeededData(slot, outcome));
  // Nobody waits for it here: the run is confirmed by a flush of its own.
  if (slot.attempts > 0 && isExternal(run, slot)) void secure(run);
}

function recordChanges(run: Run, slot: Slot): void {
  const changes = slot.notes?.changes;
  if (changes !== undefined) run.record("state_changed", slot, { changes });
  else if (hasClaims(slot.action)) run.record("state_changed", slot, new ClaimedChanges(slot.action));
}

function succeededData(slot: Slot, outcome: Succeeded): Payload<"action_succeeded"> {
  const { durationMs: duration_ms, notes } = slot;
  if (notes === undefined && outcome instanceof Success) {
    outcome.durationMs = duration_ms;
    return outcome;
  }
  const { output, read } = outcome;
  const { labels } = flowOf(slot);
  const receipt = notes?.reuse?.receipt;
  return {
    output,
    duration_ms,
    ...(read === undefined ? {} : { read }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(labels.length === 0 ? {} : { labels }),
  };
}

/** How an end shows in the result: a tolerated failure as `skipped`; that it ran is told by its attempts (3.5). */
export function endingOf({ action, attempts }: Slot, outcome: Outcome): Outcome {
  if (outcome.status !== "failed" || attempts === 0 || mayAbort(action)) return outcome;
  return { ...outcome, status: "skipped", reason: { ...outcome.reason, code: "failed" } };
}

function failOrSkip(run: Run, slot: Slot, outcome: Unsuccessful): void {
  run.board.end(slot, endingOf(slot, outcome), run.elapsed);
  const data = { reason: outcome.reason, duration_ms: slot.durationMs };
  switch (outcome.status) {
    case "failed":
      return run.record("action_failed", slot, { ...data, ...failureLabels(run, slot) });
    case "rejected":
      return run.record("action_rejected", slot, data);
    case "skipped":
      return run.record("action_skipped", slot, data);
  }
}

function failureLabels({ flow }: Run, slot: Slot): { readonly labels?: LabelSet } {
  const labels = flow === undefined ? NO_LABELS : toldLabels(flow, slot);
  return labels.length === 0 ? NOTHING : { labels };
}

const NOTHING = Object.freeze({});

/** A call that was let through and never made is taken back; one that succeeded may be what another one waits for. */
function countEnd({ history }: Run, { action, attempts, outcome, notes }: Slot): void {
  if (history === undefined || action.type !== "tool_call") return;
  if (outcome!.status === "succeeded") history.succeed(action.tool);
  else if (notes?.isCounted === true && attempts === 0) {
    history.withdraw(action.tool);
    notes.isCounted = false;
  }
}

/** Gives the run up if an action that ended so makes that necessary. */
export function stopIfDue(run: Run, slot: Slot, { status, reason }: Unsuccessful): void {
  // A spent budget turns into an abort only by a failure that it did not bring about itself.
  if (run.stop !== undefined && (run.stop.kind !== "budget" || isStoppedByRun(slot, reason))) return;
  const cause = { ...reason, action_id: reason.action_id ?? slot.action.id };
  if (reason.code === "budget_exceeded" && status === "skipped") {
    run.record("budget_exceeded", slot, { limit: reason.limit! });
    stopRun(run, { kind: "budget", cause });
  } else if (status !== "skipped" && mayAbort(slot.action)) {
    stopRun(run, { kind: "abort", cause });
  }
}

function isStoppedByRun({ notes }: Slot, { code }: Reason): boolean {
  return notes?.isGivenUp === true || code === "canceled" || code === "in_doubt";
}

/** A stop, and whether calls in flight are told of it; without a word, all but a spent budget tell them. */
export interface StopOrder extends Stop {
  readonly tellsCalls?: boolean;
}

/**
 * Starts nothing more: what waits is skipped, calls in flight are told (unless they may finish) and waited for, within
 * a bound. Time running out after another limit still tells the calls in flight.
 */
export function stopRun(run: Run, stop: StopOrder): void {
  const tellsCalls = stop.tellsCalls ?? stop.kind !== "budget";
  if (!run.halt(stop, tellsCalls)) return;
  const { isBusy } = run;
  // A place that one action gives back may wake another one of this run, which is to end as well.
  run.isBusy = true;
  try {
    // At once, so that a run whose process ends before it does is not taken up as if nobody had given it up.
    if (stop.kind === "cancel") run.record("proposal_canceled", undefined, { reason: run.stop!.cause });
    endAll(run, tellsCalls ? stop.cause.message : undefined);
  } finally {
    run.isBusy = isBusy;
  }
  if (tellsCalls && run.board.inFlight > 0) boundTheWait(run);
}

/** Calls in flight are told why, if they are told; everything else ends. */
function endAll(run: Run, why: string | undefined): void {
  const { slots } = run.board;
  for (const slot of slots) {
    if (slot.phase === "calling") {
      if (why !== undefined) tell(slot, why);
    } else if (slot.phase === "at_gate" || slot.phase === "backing_off") giveUp(run, slot);
  }
  // In topological order, so that a cause reaches everything that depends on it.
  for (const index of run.plan.graph.order) {
    const slot = slots[index]!;
    if (isUnstarted(slot) && run.board.isScheduled(slot)) finishSlot(run, slot, notStarted(run, slot));
  }
}

function isUnstarted({ phase }: Slot): boolean {
  switch (phase) {
    case "waiting":
    case "ready":
    case "waiting_for_place":
    case "waiting_for_approval":
      return true;
    case "at_gate":
    case "calling":
    case "backing_off":
    case "done":
      return false;
  }
}

/** Tells a call, and what it has started, that nobody wants its answer any more. */
function tell(slot: Slot, why: string): void {
  const { attempt } = slot;
  // Its answer is being judged at this moment.
  if (attempt === undefined) return;
  notesOf(slot).isGivenUp = true;
  attempt.abort(why);
  cancelChildren(attempt, why);
}

/** An action at a gate, or between two attempts, ends now: nothing of it is in flight. */
function giveUp(run: Run, slot: Slot): void {
  notesOf(slot).isGivenUp = true;
  finishSlot(run, slot, notStarted(run, slot));
}

const CODES: Readonly<Record<Stop["kind"], ReasonCode>> = {
  abort: "aborted",
  cancel: "canceled",
  budget: "budget_exceeded",
};

/** How an action ends that is not started (again): as it failed before, because of a predecessor, or of the stop. */
export function notStarted(run: Run, { attempts, lastFailure, skipCause }: Slot): Outcome {
  if (attempts > 0 && lastFailure !== undefined) return lastFailure;
  if (skipCause !== undefined) {
    const message = `it depends on \`${skipCause}\`, which did not succeed`;
    return skipped({ code: "dependency_unsuccessful", message, action_id: skipCause });
  }
  const { kind, cause } = run.stop!;
  return skipped({
    ...(cause.action_id === undefined ? {} : { action_id: cause.action_id }),
    ...(cause.limit === undefined ? {} : { limit: cause.limit }),
    code: CODES[kind],
    message: stopMessage(kind, cause),
  });
}

function stopMessage(kind: Stop["kind"], cause: Reason): string {
  if (kind === "budget") return cause.message;
  const by = cause.action_id === undefined ? cause.message : `\`${cause.action_id}\`: ${cause.message}`;
  return kind === "abort" ? `the run was aborted by ${by}` : `the run was canceled: ${cause.message}`;
}

function boundTheWait(run: Run): void {
  const ms = run.config.limits.drain_timeout_ms;
  // A second stop does not prolong the wait for what the first has told.
  run.ownExtras.drainTimer ??= run.host.timers.set(ms, () => {
    run.tick();
    for (const slot of run.board.slots) if (slot.attempt !== undefined) abandon(run, slot, ms);
    run.host.drive(run);
  });
}

/** The call does not come back: what it did is unknown. */
function abandon(run: Run, slot: Slot, afterMs: number): void {
  leaveUnanswered(slot.attempt!);
  const message = `the call did not end within ${afterMs} ms of being told to; what it did is not known`;
  const outcome = failed({ code: "in_doubt", message, class: "canceled" }, "terminal", undefined, "unknown");
  run.host.conclude(run, slot, end(slot.attempt!, outcome));
}
