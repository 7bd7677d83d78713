import { EDGE_ORDER, epochMsOf, NO_LABELS, type Reason, type Transition } from "@car/ir";
import { endingOf } from "../run/finish-slot.js";
import { failed, type Outcome, type Unsuccessful } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { RecordedAction, RecordedEnd } from "./recorded-run.js";

/** Puts into a slot what the log says about attempts that are over, whether or not the action is. */
export function restoreAttempts(run: Run, slot: Slot, recorded: RecordedAction): void {
  slot.attempts = recorded.attempts;
  slot.approved = recorded.approved;
  slot.abandoned = recorded.timedOut;
  if (recorded.lastFailure !== undefined) slot.lastFailure = failed(recorded.lastFailure);
  slot.parameters = recorded.parameters ?? slot.parameters;
  if (recorded.attempts === 0) return;
  // What was spent is spent, whatever the limit is now.
  const toolCalls = slot.action.type === "tool_call" ? recorded.attempts : 0;
  run.budget?.reserve({ toolCalls, actions: 1, counters: undefined });
}

/** Ends an action as the log says it ended. Nothing is recorded, nothing is started, nothing is stopped. */
export function restoreEnd(run: Run, slot: Slot, end: RecordedEnd): void {
  const { action: recorded } = end;
  slot.phase = "done";
  slot.endedAt = epochMsOf(end.timestamp);
  slot.durationMs = end.data.duration_ms ?? 0;
  run.open--;
  const outcome = outcomeOf(end);
  slot.outcome = endingOf(slot, outcome);
  if (outcome.status === "succeeded") {
    slot.abandoned = false;
    slot.labels = end.data.labels ?? NO_LABELS;
    restoreSuccess(run, slot, recorded);
    restoreReceipt(run, slot, end);
  } else restoreFailure(slot, outcome);
  restoreCount(run, slot);
  unblock(run, slot);
}

/** How the action ended, as the engine had it before it was put down. */
export function outcomeOf({ kind, data }: RecordedEnd): Outcome {
  if (kind === "action_succeeded") {
    const { output = null, read } = data;
    return read === undefined ? { status: "succeeded", output } : { status: "succeeded", output, read };
  }
  const reason: Reason = data.reason ?? { code: "failed", message: "the log gives no reason" };
  const status = kind === "action_failed" ? "failed" : kind === "action_rejected" ? "rejected" : "skipped";
  return { status, reason };
}

/** What was called before the crash was called, for rules that count. */
function restoreCount({ history }: Run, slot: Slot): void {
  const hasSucceeded = slot.outcome?.status === "succeeded";
  if (history === undefined || slot.action.type !== "tool_call" || (slot.attempts === 0 && !hasSucceeded)) return;
  slot.counted = true;
  history.begin(slot.action.tool, slot.parameters);
  if (hasSucceeded) history.succeed(slot.action.tool);
}

function restoreSuccess(run: Run, slot: Slot, { changes, cached, deduplicated, compensation }: RecordedAction): void {
  slot.completion = ++run.completions;
  // The log does not say who had written what was read.
  slot.isClaim = slot.action.type === "state_read";
  slot.cached = cached;
  slot.deduplicated = deduplicated;
  slot.changes = changes;
  slot.toolWrites = changes
    .filter((change) => !isClaim(slot, change))
    .map(({ key, value, origin }) => ({
      key,
      write: { value, origin },
    }));
  for (const { key, ...write } of changes) run.state.write(key, { value: undefined, ...write });
  if (compensation === "done") slot.compensated = true;
  if (compensation === "failed") slot.compensated = false;
  slot.undoBegan = compensation === "begun";
}

/** The receipt of a call whose run is still open is private to it, unless nothing can take the call back. */
function restoreReceipt(run: Run, slot: Slot, { timestamp, data: { receipt, output = null } }: RecordedEnd): void {
  if (receipt === undefined) return;
  const { key, lasting } = receipt;
  const { labels, toolWrites: writes } = slot;
  const answer = { output, writes, labels, runId: run.scope.run_id, actionId: slot.action.id };
  const storedAt = epochMsOf(timestamp);
  const { receipts } = run.services;
  if (lasting) return receipts.restore(key, answer, { storedAt });
  // In the place of the claim that kept others from making the call.
  slot.onEnd = undefined;
  receipts.drop(key);
  receipts.restore(key, answer, { storedAt, owner: run });
  (run.privateReceipts ??= []).push(key);
}

function isClaim({ action }: Slot, { key, origin }: Transition): boolean {
  return origin === "model" && Object.hasOwn(action.expected_effects, key);
}

/** A call that was given up in flight may have acted. */
function restoreFailure(slot: Slot, { reason: { code, class: errorClass } }: Unsuccessful): void {
  const givenUp = code === "in_doubt" || code === "timeout" || code === "canceled";
  slot.abandoned ||= slot.attempts > 0 && (givenUp || errorClass === "timeout");
  slot.skippedEarly = slot.attempts === 0 && code === "dependency_unsuccessful";
}

function unblock(run: Run, { index, action, outcome }: Slot): void {
  const { offsets, targets, kinds } = run.plan.graph;
  const good = outcome!.status === "succeeded";
  for (let e = offsets[index]!; e < offsets[index + 1]!; e++) {
    const next = run.slots[targets[e]!]!;
    next.waiting--;
    if (!good && kinds[e] !== EDGE_ORDER) next.skipCause ??= action.id;
  }
}
