import type { Reason, Transition } from "@car/ir";
import { epochMsOf, NO_LABELS } from "@car/ir/internal";
import { coverOf } from "../approvals/approval-note.js";
import { hasProbe, isExternal } from "../dispatch/external.js";
import { flowNote, setLabels } from "../flow/flow-note.js";
import { reuseNote } from "../gates/deduplicate.js";
import { endingOf } from "../run/finish.js";
import { failed, type Outcome, type SideEffect } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";
import type { RecordedAction, RecordedEnd } from "./recorded-run.js";

/** Puts into a slot what the log says about attempts that began, whether or not the action has ended. */
export function restoreAttempts(run: Run, slot: Slot, recorded: RecordedAction): void {
  const { attempts, lastFailure } = recorded;
  slot.parameters = recorded.parameters ?? slot.parameters;
  run.board.restoreAttempts(slot, {
    attempts,
    durationMs: recorded.end?.data.duration_ms ?? 0,
    sideEffect: sideEffectOf(run, slot, recorded),
    lastFailure: lastFailure && failed(lastFailure),
  });
  if (recorded.unanswered.size > 0) notesOf(slot).unanswered = recorded.unanswered.size;
  restoreApproval(run, slot, recorded);
  if (attempts === 0) return;
  // Before the first attempt the image is taken anew: nobody knows what has changed meanwhile.
  if (recorded.image !== undefined) notesOf(slot).image = recorded.image;
  // What was spent is spent, whatever the limit is now.
  const toolCalls = slot.action.type === "tool_call" ? attempts : 0;
  run.budget?.reserve({ toolCalls, actions: 1, counters: undefined });
}

function sideEffectOf(run: Run, slot: Slot, { attempts, isOpen, lastFailure, end }: RecordedAction): SideEffect {
  if (attempts === 0 || slot.action.type !== "tool_call" || !isExternal(run, slot)) return "none";
  if (end?.kind === "action_succeeded") return "acted";
  // Whoever knows of the last attempt is asked first; that does not settle what an earlier one did.
  const before = lastFailure?.outcome ?? "none";
  const open = hasProbe(run, slot) ? before : "unknown";
  return end?.data.reason?.outcome ?? (isOpen ? open : before);
}

function restoreApproval(run: Run, slot: Slot, { approval }: RecordedAction): void {
  if (approval === undefined) return;
  const until = epochMsOf(approval.timestamp) + run.config.limits.approval_ttl_ms;
  const grant = { covers: coverOf({ effect: "require_approval", reasons: approval.reasons }), until };
  notesOf(slot).approval = { wish: undefined, grant, requestId: undefined, asked: 0 };
}

/** Ends an action as the log says it ended. Nothing is recorded, nothing is started, nothing is stopped. */
export function restoreEnd(run: Run, slot: Slot, end: RecordedEnd): void {
  const outcome = outcomeOf(end);
  restoreUndo(slot, end.action);
  if (outcome.status === "succeeded") restoreSuccess(run, slot, end);
  else if (slot.attempts === 0 && outcome.reason.code === "dependency_unsuccessful")
    notesOf(slot).isSkippedEarly = true;
  run.board.end(slot, endingOf(slot, outcome), epochMsOf(end.timestamp) - run.epoch);
  restoreCount(run, slot);
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
  notesOf(slot).isCounted = true;
  history.begin(slot.action.tool, slot.parameters);
  if (hasSucceeded) history.succeed(slot.action.tool);
}

function restoreSuccess(run: Run, slot: Slot, end: RecordedEnd): void {
  const { changes, servedFrom } = end.action;
  const notes = notesOf(slot);
  setLabels(slot, end.data.labels ?? NO_LABELS);
  // The log does not say who had written what was read.
  if (slot.action.type === "state_read") flowNote(slot).isClaim = true;
  if (servedFrom !== undefined) reuseNote(slot).servedFrom = servedFrom;
  notes.changes = changes;
  const toolWrites = changes.filter((change) => !isClaim(slot, change));
  if (toolWrites.length > 0) {
    notes.toolWrites = toolWrites.map(({ key, value, origin }) => ({ key, write: { value, origin } }));
  }
  for (const { key, ...write } of changes) run.state.write(key, { value: undefined, ...write });
  restoreReceipt(run, slot, end);
}

function restoreUndo(
  slot: Slot,
  { compensation, compensationProblem, compensationAt, unansweredAtUndo }: RecordedAction,
): void {
  if (compensation === undefined) return;
  const notes = notesOf(slot);
  notes.unansweredAtUndo = unansweredAtUndo;
  if (compensation === "begun") notes.undoBeganAt = epochMsOf(compensationAt);
  if (compensation === "begun") return;
  notes.compensated = compensation === "done";
  notes.undoProblem = compensationProblem;
}

/** The receipt of a call whose run is still open is private to it, unless nothing can take the call back. */
function restoreReceipt(
  run: Run,
  slot: Slot,
  { timestamp, data: { receipt, output = null, labels } }: RecordedEnd,
): void {
  if (receipt === undefined) return;
  const { key, lasting } = receipt;
  const writes = slot.notes?.toolWrites ?? [];
  const known = { output, writes, runId: run.scope.run_id, actionId: slot.action.id };
  const answer = labels === undefined ? known : { ...known, labels };
  const storedAt = epochMsOf(timestamp);
  const { receipts } = run.host;
  const note = reuseNote(slot);
  note.receipt = receipt;
  // In the place of the claim that kept others from making the call.
  note.onEnd = undefined;
  // A run that had ended has shown everybody what it may show.
  if (run.phase === "settled") return;
  if (lasting) return receipts.restore(key, answer, { storedAt });
  receipts.restore(key, answer, { storedAt, owner: run });
  (run.ownExtras.privateReceipts ??= []).push(key);
}

function isClaim({ action }: Slot, { key, origin }: Transition): boolean {
  return origin === "model" && Object.hasOwn(action.expected_effects, key);
}
