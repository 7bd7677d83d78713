import { type CarEvent, type EventOf, type LabelSet, type LoggedConfig, payloadOf, type Reason } from "@car/ir";
import { NO_LABELS } from "@car/ir/internal";
import {
  ALLOW,
  type Approver,
  type Decision,
  type PlanFinding,
  type PolicyEngine,
  type PolicyRequest,
} from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";
import type { ReplayParts } from "./replay-parts.js";
import type { Script } from "./script.js";

/** Decides as the recording says, when the recording says. */
export function recordedPolicy(parts: ReplayParts, version: string): PolicyEngine {
  const { script, logged } = parts;
  let keys: readonly string[] | undefined;
  return {
    version,
    supports: { rateLimits: false, flow: logged.follows_data === true },
    check(request) {
      if (request.mode === "verify") return recordedDenial(script, request);
      return inTime(parts, request, recordedDecision(script, request));
    },
    checkPlan: () => recordedFindings(script),
    endorses: (tool) => endorsed(logged, tool),
    keysRead: () => (keys ??= keysRead(script)),
  };
}

/** A decision at once where the recorded policy decided so, later where others came in between. */
export function inTime(
  { script, waits, decided, cancelHere }: ReplayParts,
  { action: { id } }: PolicyRequest,
  decision: Decision | Promise<Decision>,
): Decision | Promise<Decision> {
  const due = (): Decision | Promise<Decision> => {
    decided.id = id;
    return decision;
  };
  cancelHere();
  if (isThenable(decision)) waits.promised.add(decision);
  return script.isNext(id) ? due() : waits.promise(id, due);
}

/** A check that nobody recorded is allowed; the event that tells of it then shows the divergence. */
export function recordedDecision(script: Script, { action: { id } }: PolicyRequest): Decision {
  const event = nextDecision(script, id);
  return event === undefined ? ALLOW : payloadOf(event);
}

/** The next recorded decision about an action. */
export function nextDecision(script: Script, actionId: string): EventOf<"policy_decided"> | undefined {
  return script.ahead(actionId).find((event) => event.kind === "policy_decided");
}

const PREFIX = "compensation: ";

/** What a proposer's compensation was refused for before the run began is told only by the refusal. */
export function recordedDenial(script: Script, { action }: PolicyRequest): Decision {
  const reason = refusals(script).find(
    ({ action_id, message }) => action_id === action.id && message.startsWith(PREFIX),
  );
  if (reason === undefined) return ALLOW;
  const [policy_id = "", ...message] = reason.message.slice(PREFIX.length).split(": ");
  return { effect: "deny", reasons: message.length === 0 ? [] : [{ policy_id, message: message.join(": ") }] };
}

/** What was found against the plan, so that the same is made of it. */
export function recordedFindings(script: Script): readonly PlanFinding[] {
  return refusals(script)
    .filter(({ message }) => !message.startsWith(PREFIX))
    .map(({ message, policies = [], action_id }): PlanFinding => {
      const policy_id = policies[0] ?? "";
      // A policy that failed has left no finding, but what stands for one.
      if (!message.startsWith(`${policy_id}: `)) throw new Error("the recorded policy failed");
      const action_ids = action_id === undefined ? [] : [action_id];
      return { effect: "deny", policy_id, message: message.slice(policy_id.length + 2), action_ids };
    });
}

/** Denials for which the recorded proposal was refused whole. */
function refusals({ events }: Script): readonly Reason[] {
  const refusal = events.find((event) => event.kind === "proposal_rejected");
  return refusal === undefined ? [] : payloadOf(refusal).reasons.filter(({ code }) => code === "policy_denied");
}

function endorsed({ labels }: LoggedConfig, tool: string): LabelSet {
  return (labels !== undefined && Object.hasOwn(labels, tool) ? labels[tool]!.endorsed : undefined) ?? NO_LABELS;
}

/** Keys that a suspended run had looked at; some of them only for its policy, which is not here to say so. */
export function keysRead({ events }: Script): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind === "proposal_suspended") return Object.keys(payloadOf(event).versions);
    const cause = event.kind === "proposal_completed" ? payloadOf(event).cause : undefined;
    return cause?.code === "conflict" ? (cause.keys ?? []) : [];
  });
}

/** Gives the recorded answers. `undefined` where the recorded run asked nobody. */
export function scriptedApprover({ script, waits }: ReplayParts): Approver | undefined {
  const isInline = (event: CarEvent): boolean =>
    event.kind === "approval_requested" && payloadOf(event).approval_id === undefined;
  if (!script.events.some(isInline)) return undefined;
  return ({ action_id: id }) => {
    const event = script.ahead(id).find((each) => each.kind === "approval_recorded");
    const answer = event === undefined ? { approved: false } : payloadOf(event);
    return waits.promise(id, () => answer);
  };
}
