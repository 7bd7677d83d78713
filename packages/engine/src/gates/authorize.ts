import type { Decision } from "@car/ir/ports";
import { isThenable, rejected } from "../run/outcome.js";
import { notesOf } from "../run/slot.js";
import { decisionText, FAILED_POLICY, readDecision } from "./decision.js";
import type { GateAnswer, GateRun, GateSlot, GateVerdict, Passing } from "./gate.js";
import { PROCEED } from "./gate.js";
import { SlotPolicyRequest } from "./slot-policy-request.js";

/** Asks the policy. Nothing past this gate runs for an action that is not allowed. A policy that throws denies. */
export function authorize(run: GateRun, slot: GateSlot, passing: Passing): GateAnswer {
  const { policy } = run.config;
  if (policy === undefined) return PROCEED;
  let answer: Decision | Promise<Decision>;
  try {
    answer = policy.check(new SlotPolicyRequest(run, slot, passing), run.state);
    if (!isThenable(answer)) return decide(run, slot, answer);
  } catch (error) {
    return closed(run, slot, error);
  }
  const timeoutMs = run.config.limits.policy_timeout_ms;
  return {
    promise: answer,
    timeoutMs,
    next: (end) => {
      if (end.kind === "value") return decide(run, slot, end.value as Decision);
      return closed(run, slot, end.kind === "error" ? end.error : `no answer within ${timeoutMs} ms`);
    },
  };
}

/** The exception's text may quote what the policy looked at, so only the logger gets it. */
function closed(run: GateRun, slot: GateSlot, error: unknown): GateVerdict {
  run.host.logger.error({ error, run_id: run.scope.run_id }, "a policy failed; the action is denied");
  return enforce(run, slot, FAILED_POLICY);
}

function decide(run: GateRun, slot: GateSlot, answer: Decision): GateVerdict {
  const decision = readDecision(answer);
  return decision === undefined ? closed(run, slot, "it gave no decision") : enforce(run, slot, decision);
}

function enforce(run: GateRun, slot: GateSlot, decision: Decision): GateVerdict {
  // Recorded before it is acted on, so that the log explains a crash between the two.
  run.record("policy_decided", slot, decision);
  const approval = slot.notes?.approval;
  if (approval !== undefined) approval.wish = undefined;
  if (decision.effect !== "deny") {
    countCall(run, slot);
    if (decision.effect === "require_approval") wishFor(slot, decision);
    return PROCEED;
  }
  run.record("policy_violation", slot, { reasons: decision.reasons });
  const policies = decision.reasons.map(({ policy_id }) => policy_id);
  return rejected({ code: "policy_denied", message: decisionText(decision), policies });
}

function wishFor(slot: GateSlot, wish: Decision): void {
  const notes = notesOf(slot);
  if (notes.approval === undefined) notes.approval = { wish, grant: undefined, requestId: undefined, asked: 0 };
  else notes.approval.wish = wish;
}

/** From here on the call counts, so that two calls at once cannot both be the last one that is allowed. */
function countCall({ history }: GateRun, slot: GateSlot): void {
  if (history === undefined || slot.action.type !== "tool_call" || slot.errand !== undefined) return;
  const notes = notesOf(slot);
  if (notes.isCounted) return;
  notes.isCounted = true;
  history.begin(slot.action.tool, slot.parameters);
}
