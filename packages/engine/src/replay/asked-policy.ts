import type { CarEvent, EventOf, Reason } from "@car/ir";
import { denialReasons } from "@car/ir/internal";
import { ALLOW, type Decision, type PlanFinding, type PolicyEngine, type PolicyRequest } from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";
import { askedAsWell } from "./own-policy.js";
import type { Questions } from "./questions.js";
import type { ReplayParts } from "./replay-parts.js";
import {
  inTime,
  keysRead,
  nextDecision,
  recordedDecision,
  recordedDenial,
  recordedFindings,
} from "./scripted-policy.js";

/** Asks a policy whatever was asked when it was recorded, and decides as was decided then. */
export function askedPolicy(
  parts: ReplayParts,
  { version, own, questions }: { readonly version: string; readonly own: PolicyEngine; readonly questions: Questions },
): PolicyEngine {
  const { script } = parts;
  return {
    version,
    supports: own.supports,
    check(request, state) {
      const isBeforehand = request.mode === "verify";
      const event = isBeforehand ? admission(script.events) : askedAt(parts, request);
      const recorded = isBeforehand ? recordedDenial(script, request) : recordedDecision(script, request);
      if (event === undefined || !questions.mayAsk(event)) return recorded;
      const { id: action_id } = request.action;
      const answered = (decision: Decision): Decision => {
        // That somebody will have to approve it is no reason against the proposal.
        const now = isBeforehand && decision.effect !== "deny" ? ALLOW : decision;
        questions.answered(event, { action_id, recorded, now });
        return recorded;
      };
      const answer = guard(questions, recorded, () => then(own.check(request, state), answered));
      return isBeforehand ? answer : inTime(parts, request, answer);
    },
    checkPlan(plan, state) {
      const recorded = recordedFindings(script);
      const event = admission(script.events);
      if (event === undefined || (own.checkPlan === undefined && recorded.length === 0)) return recorded;
      if (!questions.mayAsk(event)) return recorded;
      const answered = (now: readonly PlanFinding[]): readonly PlanFinding[] => {
        notePlan(questions, event, { recorded, now });
        return recorded;
      };
      const answer = guard(questions, recorded, () => then(own.checkPlan?.(plan, state) ?? [], answered));
      if (isThenable(answer)) parts.waits.promised.add(answer);
      return answer;
    },
    ...askedAsWell(own),
    keysRead: () => keysRead(script),
  };
}

/** Where the recording tells of the decision; without a policy nothing does, and what came last of the action must do. */
function askedAt({ script, hasPolicy }: ReplayParts, { action: { id } }: PolicyRequest): CarEvent | undefined {
  return hasPolicy ? nextDecision(script, id) : script.lastEvent(id);
}

type Admission = EventOf<"proposal_admitted" | "proposal_rejected">;

/** Where the recording tells of what was decided about the proposal as a whole. */
function admission(events: readonly CarEvent[]): Admission | undefined {
  return events.find(
    (event): event is Admission => event.kind === "proposal_admitted" || event.kind === "proposal_rejected",
  );
}

function notePlan(
  questions: Questions,
  event: Admission,
  { recorded, now }: { readonly recorded: readonly PlanFinding[]; readonly now: readonly PlanFinding[] },
): void {
  const [before, after] = [denialReasons(recorded), denialReasons(now)];
  const ids = new Set([...before, ...after].map(({ action_id = "" }) => action_id));
  // A refusal is one of the whole: which of its actions are named is no difference.
  if (before.length > 0 && after.length > 0) return;
  for (const action_id of ids) {
    questions.answered(event, {
      action_id,
      recorded: decisionOf(before, action_id),
      now: decisionOf(after, action_id),
    });
  }
}

function decisionOf(denials: readonly Reason[], actionId: string): Decision {
  const own = denials.filter(({ action_id = "" }) => action_id === actionId);
  if (own.length === 0) return ALLOW;
  const reasons = own.map(({ policies: [policy_id = ""] = [], message }) => ({
    policy_id,
    message: message.slice(policy_id.length + 2),
  }));
  return { effect: "deny", reasons };
}

/** What the policy throws is for whoever asked, not for the run. */
function guard<T>(questions: Questions, recorded: T, ask: () => T | Promise<T>): T | Promise<T> {
  try {
    const answer = ask();
    if (!isThenable(answer)) return answer;
    return answer.then(undefined, (error: unknown) => {
      questions.failed(error);
      return recorded;
    });
  } catch (error) {
    questions.failed(error);
    return recorded;
  }
}

function then<T, R>(value: T | Promise<T>, next: (value: T) => R): R | Promise<R> {
  return isThenable(value) ? value.then(next) : next(value);
}
