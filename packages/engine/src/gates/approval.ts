import type { ApprovalAnswer, Approver, Decision } from "@car/ir/ports";
import { approvalRequest } from "../approvals/approval-request.js";
import { askStore, type StoreVerdict } from "../approvals/ask-store.js";
import { isThenable, rejected } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { wait } from "../run/wait.js";
import { messageOf } from "./decision.js";
import { type GateVerdict, PARK, PROCEED } from "./gate.js";

/**
 * Asks for what the policy wants approved: first the host's store, then its inline approver; with a store and without an
 * answer the action waits, and with it the run. Without either, or an answer in time, nothing runs.
 */
export function askApproval(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  const decision = slot.needsApproval;
  if (decision === undefined || slot.approved) return PROCEED;
  if (run.services.approvals !== undefined) return consultStore(run, slot, decision);
  const { approver } = run.services;
  return approver === undefined
    ? unanswerable(slot, "no approver is set")
    : askApprover(run, slot, { approver, decision });
}

function consultStore(run: Run, slot: Slot, decision: Decision): GateVerdict | Promise<GateVerdict> {
  try {
    const verdict = askStore(run, slot, decision);
    if (!isThenable(verdict)) return afterStore(run, slot, { verdict, decision });
    const timeoutMs = run.config.limits.approval_timeout_ms;
    return wait(run, slot, { promise: Promise.resolve(verdict), timeoutMs }).then((end) => {
      slot.waited = true;
      if (end.kind === "value") return afterStore(run, slot, { verdict: end.value, decision });
      return storeFailed(run, slot, end.kind === "error" ? end.error : `it gave no answer (${end.kind})`);
    });
  } catch (error) {
    return storeFailed(run, slot, error);
  }
}

interface Consulted {
  readonly verdict: StoreVerdict;
  readonly decision: Decision;
}

function afterStore(run: Run, slot: Slot, { verdict, decision }: Consulted): GateVerdict | Promise<GateVerdict> {
  if (verdict.kind === "answered") return answered(run, slot, verdict.answer);
  const { approver, approvals } = run.services;
  if (approver !== undefined) return askApprover(run, slot, { approver, decision });
  if (run.parent !== undefined || slot.purpose !== "") {
    return unanswerable(slot, "neither a child run nor a compensation can wait for an approval");
  }
  if (!approvals!.hasRoom()) return unanswerable(slot, "too many runs wait for approvals (limits.max_open_runs)");
  slot.approvalId = verdict.id;
  try {
    const asked = verdict.ask();
    return isThenable(asked)
      ? asked.then((): GateVerdict => PARK).catch((error: unknown) => storeFailed(run, slot, error))
      : PARK;
  } catch (error) {
    return storeFailed(run, slot, error);
  }
}

interface Inline {
  readonly approver: Approver;
  readonly decision: Decision;
}

function askApprover(run: Run, slot: Slot, { approver, decision }: Inline): Promise<GateVerdict> {
  const request = approvalRequest(run, slot, decision);
  run.record("approval_requested", slot, request);
  const controller = new AbortController();
  const { approval_timeout_ms: timeoutMs } = run.config.limits;
  return wait(run, slot, {
    promise: Promise.resolve().then(() => approver(request, { signal: controller.signal })),
    timeoutMs,
    onGiveUp: () => controller.abort(),
  }).then((end) => {
    slot.waited = true;
    return answered(
      run,
      slot,
      end.kind === "value" ? normalize(end.value) : { approved: false, note: noteOf(end.kind) },
    );
  });
}

function answered(run: Run, slot: Slot, answer: ApprovalAnswer): GateVerdict {
  run.record("approval_recorded", slot, answer);
  if (!answer.approved) {
    return rejected({ code: "approval_denied", message: denialOf(answer), policies: policiesOf(slot) });
  }
  slot.approved = true;
  return PROCEED;
}

function unanswerable(slot: Slot, why: string): GateVerdict {
  const message = `${messageOf(slot.needsApproval!)} (${why})`;
  return rejected({ code: "approval_required", message, policies: policiesOf(slot) });
}

/** A store that fails has not approved anything. What it says may quote anything, so only the logger gets it. */
function storeFailed(run: Run, slot: Slot, error: unknown): GateVerdict {
  run.services.logger.error({ error, run_id: run.scope.run_id }, "the approval store failed; the action is denied");
  return unanswerable(slot, "the approval store failed");
}

function policiesOf({ needsApproval }: Slot): readonly string[] {
  return needsApproval!.reasons.map(({ policy_id }) => policy_id);
}

function normalize(answer: ApprovalAnswer | boolean): ApprovalAnswer {
  if (typeof answer === "boolean") return { approved: answer };
  const approved = answer?.approved === true;
  return {
    approved,
    ...(typeof answer?.by === "string" ? { by: answer.by } : {}),
    ...(typeof answer?.note === "string" ? { note: answer.note } : {}),
  };
}

function noteOf(kind: "error" | "timeout" | "given_up"): string {
  if (kind === "timeout") return "no answer in time";
  return kind === "error" ? "the approver failed" : "the run was given up";
}

function denialOf({ by, note }: ApprovalAnswer): string {
  const who = by === undefined ? "approval was denied" : `approval was denied by ${by}`;
  return note === undefined ? who : `${who}: ${note}`;
}
