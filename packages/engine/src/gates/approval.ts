import type { ApprovalAnswer, ApprovalRequest, Decision } from "@car/ir/ports";
import { effectiveReversibility } from "@car/ir";
import { rejected } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { wait } from "../run/wait.js";
import { messageOf } from "./decision.js";
import { type GateVerdict, PROCEED } from "./gate.js";

/** Asks the host's approver when the policy wants it. Without an approver, or an answer in time, nothing runs. */
export function askApproval(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  const decision = slot.needsApproval;
  if (decision === undefined || slot.approved) return PROCEED;
  const policies = decision.reasons.map(({ policy_id }) => policy_id);
  const { approver } = run.services;
  if (approver === undefined) {
    return rejected({ code: "approval_required", message: `${messageOf(decision)} (no approver is set)`, policies });
  }
  const request = requestOf(run, slot, decision);
  run.record("approval_requested", slot, request);
  const controller = new AbortController();
  const { approval_timeout_ms: timeoutMs } = run.config.limits;
  return wait(run, slot, {
    promise: Promise.resolve().then(() => approver(request, { signal: controller.signal })),
    timeoutMs,
    onGiveUp: () => controller.abort(),
  }).then((end) => {
    const answer = end.kind === "value" ? normalize(end.value) : { approved: false, note: noteOf(end.kind) };
    run.record("approval_recorded", slot, answer);
    if (!answer.approved) return rejected({ code: "approval_denied", message: denialOf(answer), policies });
    slot.approved = true;
    slot.waited = true;
    return PROCEED;
  });
}

function requestOf(run: Run, { action, tool, parameters }: Slot, decision: Decision): ApprovalRequest {
  return {
    run_id: run.scope.run_id,
    proposal_id: run.scope.proposal_id,
    action_id: action.id,
    tool: action.type === "tool_call" ? action.tool : action.type,
    parameters,
    principal: run.principal,
    reasons: decision.reasons,
    reversibility: effectiveReversibility(action, tool?.schema),
  };
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
