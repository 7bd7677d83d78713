import { proposalHash } from "@car/ir";
import type { ApprovalAnswer, ApprovalLookup, ApprovalStore, Decision } from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";
import type { GateRun, GateSlot } from "../gates/gate.js";
import { approvalRequest } from "./approval-request.js";
import { readAnswer } from "./read-answer.js";
import { planSubject, requestId, subjectOf } from "./subject.js";

/** What the host's store says about one action. */
export type StoreVerdict =
  | { readonly kind: "answered"; readonly answer: ApprovalAnswer }
  /** Nobody has answered. `id` names the request; `ask` makes it, unless it is there already. */
  | { readonly kind: "open"; readonly id: string; readonly ask: () => void | Promise<void> };

/**
 * Looks for an approval that covers an action: its own, a sticky one, or one of the whole plan as it is written.
 * @throws what the store throws, also as a rejection.
 */
export function askStore(run: GateRun, slot: GateSlot, decision: Decision): StoreVerdict | Promise<StoreVerdict> {
  const { store, ttlMs } = run.host.approvals!;
  const subject = subjectOf(run, slot, decision);
  const id = requestId(run, slot, subject);
  const open = (isKnown: boolean): StoreVerdict => ({
    kind: "open",
    id,
    ask: () => {
      if (isKnown) return;
      const request = approvalRequest(run, slot, decision);
      // As the log tells time: whoever replays it knows no more.
      const requested_at = Math.floor(run.time);
      const stored = { ...request, id, subject, requested_at, expires_at: requested_at + ttlMs };
      run.record("approval_requested", slot, { ...request, approval_id: id, expires_at: stored.expires_at });
      return store.request(stored);
    },
  });
  return then(store.take({ id, subject, run_id: run.scope.run_id, now: run.time }), (own) => {
    if (own.state === "answered") return { kind: "answered", answer: readAnswer(own.answer) };
    if (own.state === "expired") return { kind: "answered", answer: EXPIRED };
    const isKnown = own.state === "pending";
    if (!isLiteral(run, slot)) return open(isKnown);
    return then(takePlan(run, store), (plan): StoreVerdict =>
      plan.state === "answered" && readAnswer(plan.answer).approved
        ? { kind: "answered", answer: readAnswer(plan.answer) }
        : open(isKnown),
    );
  });
}

const EXPIRED: ApprovalAnswer = Object.freeze({ approved: false, note: "nobody answered before the request expired" });

function takePlan(run: GateRun, store: ApprovalStore): ApprovalLookup | Promise<ApprovalLookup> {
  const subject = planSubject(proposalHash(run.plan.proposal), run);
  return store.take({ subject, run_id: run.scope.run_id, now: run.time });
}

/** Who approved a plan has seen these values: none of them comes from somewhere else. */
function isLiteral({ plan }: GateRun, { index }: GateSlot): boolean {
  return (plan.graph.templates[index]?.references.length ?? 0) === 0;
}

function then<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return isThenable(value) ? value.then(next) : next(value);
}
