import type { ApprovalAnswer, Approver, Decision } from "@car/ir/ports";
import { approvalRequest } from "../approvals/approval-request.js";
import { coverOf, type ApprovalNote } from "../approvals/approval-note.js";
import { readAnswer } from "../approvals/read-answer.js";
import { askStore, type StoreVerdict } from "../approvals/ask-store.js";
import { isThenable, rejected } from "../run/outcome.js";
import { decisionText } from "./decision.js";
import { type GateAnswer, type GateRun, type GateSlot, type GateVerdict, PARK, PROCEED } from "./gate.js";

/** Whoever was asked this often about one call has not been asked the same question twice. */
const MAX_ASKED = 8;

/**
 * Asks for what the policy wants approved: first the host's store, then its inline approver; with a store and without an
 * answer the action waits, and with it the run. Without either, or an answer in time, nothing runs. A yes covers the
 * reasons it was asked for, and lasts for its time: after a wait the question is put again, and answered from what there is.
 */
export function askApproval(run: GateRun, slot: GateSlot): GateAnswer {
  const note = slot.notes?.approval;
  const wish = note?.wish;
  if (note === undefined || wish === undefined) return PROCEED;
  const { approvals, approver } = run.host;
  if (approvals !== undefined) return consultStore(run, slot, { note, wish });
  if (covers(note, wish, run.time)) return PROCEED;
  return approver === undefined
    ? unanswerable(wish, "no approver is set")
    : askApprover(run, slot, { note, wish }, approver);
}

interface Question {
  readonly note: ApprovalNote;
  readonly wish: Decision;
}

function covers({ grant }: ApprovalNote, wish: Decision, now: number): boolean {
  return grant !== undefined && now < grant.until && grant.covers === coverOf(wish);
}

function consultStore(run: GateRun, slot: GateSlot, question: Question): GateAnswer {
  try {
    const verdict = askStore(run, slot, question.wish);
    if (!isThenable(verdict)) return afterStore(run, slot, question, verdict);
    return {
      promise: verdict,
      timeoutMs: run.config.limits.approval_timeout_ms,
      next: (end) => {
        if (end.kind === "value") return afterStore(run, slot, question, end.value as StoreVerdict);
        return storeFailed(run, question, end.kind === "error" ? end.error : "it gave no answer in time");
      },
    };
  } catch (error) {
    return storeFailed(run, question, error);
  }
}

function afterStore(run: GateRun, slot: GateSlot, question: Question, verdict: StoreVerdict): GateAnswer {
  const { note, wish } = question;
  if (verdict.kind === "answered") {
    const { answer } = verdict;
    // The store's answer to a question that it has answered before is not news.
    const isKnown = answer.approved && note.grant?.covers === coverOf(wish);
    return isKnown ? PROCEED : answered(run, slot, question, answer);
  }
  const { approver, approvals } = run.host;
  if (approver !== undefined) {
    return covers(note, wish, run.time) ? PROCEED : askApprover(run, slot, question, approver);
  }
  if (run.parent !== undefined || slot.errand !== undefined) {
    return unanswerable(wish, "neither a child run nor a compensation can wait for an approval");
  }
  if (!approvals!.hasRoom()) return unanswerable(wish, "too many runs wait for approvals (limits.max_open_runs)");
  note.requestId = verdict.id;
  const asked = verdict.ask();
  if (!isThenable(asked)) return PARK;
  return {
    promise: asked,
    timeoutMs: run.config.limits.approval_timeout_ms,
    next: (end) => {
      if (end.kind === "value") return PARK;
      return storeFailed(run, question, end.kind === "error" ? end.error : "it did not take the request in time");
    },
  };
}

function askApprover(run: GateRun, slot: GateSlot, question: Question, approver: Approver): GateAnswer {
  if (++question.note.asked > MAX_ASKED) {
    return unanswerable(question.wish, "the reasons for asking keep changing, or the answers expire at once");
  }
  const request = approvalRequest(run, slot, question.wish);
  run.record("approval_requested", slot, request);
  const controller = new AbortController();
  return {
    promise: Promise.resolve().then(() => approver(request, { signal: controller.signal })),
    timeoutMs: run.config.limits.approval_timeout_ms,
    isQueue: true,
    giveUp: () => controller.abort(),
    next: (end) => {
      if (end.kind === "value") return answered(run, slot, question, readAnswer(end.value));
      const note = end.kind === "timeout" ? "no answer in time" : "the approver failed";
      return answered(run, slot, question, { approved: false, note });
    },
  };
}

function answered(run: GateRun, slot: GateSlot, { note, wish }: Question, answer: ApprovalAnswer): GateVerdict {
  run.record("approval_recorded", slot, answer);
  if (!answer.approved) {
    return rejected({ code: "approval_denied", message: denialOf(answer), policies: policiesOf(wish) });
  }
  note.grant = { covers: coverOf(wish), until: run.time + run.config.limits.approval_ttl_ms };
  return PROCEED;
}

function unanswerable(wish: Decision, why: string): GateVerdict {
  const message = `${decisionText(wish)} (${why})`;
  return rejected({ code: "approval_required", message, policies: policiesOf(wish) });
}

/** A store that fails has not approved anything. What it says may quote anything, so only the logger gets it. */
function storeFailed(run: GateRun, { wish }: Question, error: unknown): GateVerdict {
  run.host.logger.error({ error, run_id: run.scope.run_id }, "the approval store failed; the action is denied");
  return unanswerable(wish, "the approval store failed");
}

function policiesOf({ reasons }: Decision): readonly string[] {
  return reasons.map(({ policy_id }) => policy_id);
}

function denialOf({ by, note }: ApprovalAnswer): string {
  const who = by === undefined ? "approval was denied" : `approval was denied by ${by}`;
  return note === undefined ? who : `${who}: ${note}`;
}
