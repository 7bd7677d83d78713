import { type CarEvent, payloadOf } from "@car/ir";
import { ALLOW, type Approver, type Decision, type PolicyEngine, type PolicyRequest } from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";
import type { ReplayParts } from "./replay-parts.js";

/**
 * Decides as the recording says, or as a host's own policy does, when the recording says: at once where the recorded
 * policy did so, later where others came in between.
 */
export function scriptedPolicy(parts: ReplayParts, version: string, own: PolicyEngine | undefined): PolicyEngine {
  const { script, waits } = parts;
  return {
    version,
    supports: { rateLimits: own?.supports.rateLimits ?? false },
    check(request, state) {
      const { id } = request.action;
      if (request.mode === "verify") return own?.check(request, state) ?? recordedDenial(parts, request);
      const decision = own === undefined ? recordedDecision(script.ahead(id)) : own.check(request, state);
      if (isThenable(decision)) waits.promised.add(decision);
      return script.isNext(id) ? decision : waits.promise(id, () => decision as Decision);
    },
  };
}

/** A check that nobody recorded is allowed; the event that tells of it then shows the divergence. */
function recordedDecision(ahead: readonly CarEvent[]): Decision {
  const event = ahead.find((each) => each.kind === "policy_decided");
  return event === undefined ? ALLOW : payloadOf(event);
}

const PREFIX = "compensation: ";

/** What a proposer's compensation was refused for before the run began is told only by the refusal. */
function recordedDenial({ script }: ReplayParts, { action }: PolicyRequest): Decision {
  const refusal = script.rest().find((event) => event.kind === "proposal_rejected");
  const { reasons } = refusal === undefined ? { reasons: [] } : payloadOf(refusal);
  const reason = reasons.find(
    ({ action_id, code, message }) => action_id === action.id && code === "policy_denied" && message.startsWith(PREFIX),
  );
  if (reason === undefined) return ALLOW;
  const [policy_id = "", ...message] = reason.message.slice(PREFIX.length).split(": ");
  return { effect: "deny", reasons: message.length === 0 ? [] : [{ policy_id, message: message.join(": ") }] };
}

/** Gives the recorded answers. `undefined` where the recorded run asked nobody. */
export function scriptedApprover({ script, waits }: ReplayParts): Approver | undefined {
  if (!script.events.some(({ kind }) => kind === "approval_requested")) return undefined;
  return ({ action_id: id }) => {
    const event = script.ahead(id).find((each) => each.kind === "approval_recorded");
    const answer = event === undefined ? { approved: false } : payloadOf(event);
    return waits.promise(id, () => answer);
  };
}
