import type { Decision } from "@car/ir/ports";
import { isDecision, messageOf } from "./decision.js";
import { isThenable, rejected } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { wait } from "../run/wait.js";
import { type GateVerdict, PROCEED } from "./gate.js";
import { SlotPolicyRequest } from "./slot-policy-request.js";

/** Asks the policy. Nothing past this gate runs for an action that is not allowed. */
export function authorize(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  const { policy } = run.config;
  if (policy === undefined) return PROCEED;
  let decision: Decision | Promise<Decision>;
  try {
    decision = policy.check(new SlotPolicyRequest(run, slot), run.state);
  } catch (error) {
    return decide(run, slot, closed(run, error));
  }
  if (!isThenable(decision)) return decide(run, slot, decision);
  const timeoutMs = run.config.limits.policy_timeout_ms;
  return wait(run, slot, { promise: Promise.resolve(decision), timeoutMs }).then((end) => {
    if (end.kind === "value") return decide(run, slot, end.value);
    return decide(run, slot, closed(run, end.kind === "error" ? end.error : `no answer within ${timeoutMs} ms`));
  });
}

function decide(run: Run, slot: Slot, answer: Decision): GateVerdict {
  const decision = isDecision(answer) ? answer : closed(run, "the policy gave no decision");
  // Recorded before it is acted on, so that the log explains a crash between the two.
  run.record("policy_decided", slot, decision);
  slot.needsApproval = undefined;
  if (decision.effect !== "deny") {
    countCall(run, slot);
    if (decision.effect === "require_approval") slot.needsApproval = decision;
    return PROCEED;
  }
  const policies = decision.reasons.map(({ policy_id }) => policy_id);
  run.record("policy_violation", slot, { reasons: decision.reasons });
  return rejected({ code: "policy_denied", message: messageOf(decision), policies });
}

/** From here on the call counts, so that two calls at once cannot both be the last one that is allowed. */
function countCall({ history }: Run, slot: Slot): void {
  if (history === undefined || slot.counted || slot.action.type !== "tool_call") return;
  slot.counted = true;
  history.begin(slot.action.tool, slot.parameters);
}

/** A policy that throws denies. The exception's text may quote what it looked at, so only the logger gets it. */
function closed(run: Run, error: unknown): Decision {
  run.services.logger.error({ error, run_id: run.scope.run_id }, "a policy threw; the action is denied");
  return { effect: "deny", reasons: [{ policy_id: "policy_error", message: "the policy failed, so it denies" }] };
}
