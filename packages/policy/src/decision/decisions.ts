import { ALLOW, type Decision } from "@car/ir/ports";

/** An explicit allowance. It matters under a default of `deny`; a denial by any other rule still wins. */
export function allow(): Decision {
  return ALLOW;
}

/** A denial. `message` reaches the log and the model: it says what is wrong, never the text that was found. */
export function deny(policyId: string, message: string): Decision {
  return decisionOf("deny", policyId, message);
}

/** A request for somebody's approval; a denial by any other rule wins over it. `message` is shown to the approver. */
export function askApproval(policyId: string, message: string): Decision {
  return decisionOf("require_approval", policyId, message);
}

// Frozen: rules make their decisions once and give the same object for every call.
function decisionOf(effect: Decision["effect"], policyId: string, message: string): Decision {
  const reason = Object.freeze({ policy_id: policyId, message });
  return Object.freeze({ effect, reasons: Object.freeze([reason]) });
}
