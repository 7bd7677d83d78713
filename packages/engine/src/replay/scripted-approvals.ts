import { type CarEvent, type EventKind, payloadOf } from "@car/ir";
import type { ApprovalLookup, ApprovalStore } from "@car/ir/ports";
import type { ApprovalDesk } from "../run/host.js";
import { reasonOf } from "./reason-of.js";
import type { ReplayParts } from "./replay-parts.js";

/** The host's store of approvals, as far as the recording tells what it said. `undefined` where nothing tells of one. */
export function scriptedApprovals(parts: ReplayParts): ApprovalDesk | undefined {
  const { script, logged } = parts;
  if (!hadStore(script.events)) return undefined;
  return {
    store: scriptedApprovalStore(parts),
    ttlMs: logged.limits.approval_ttl_ms,
    hasRoom: () => refusalAfter(script.ahead(parts.decided.id))?.includes(NO_ROOM) !== true,
  };
}

const NO_ROOM = "too many runs wait for approvals";
const FAILED = "the approval store failed";
const NOT_WAITING = "can wait for an approval";

/** An answer to a question that nobody was asked came from a store, and so did what a store alone leads to. */
function hadStore(events: readonly CarEvent[]): boolean {
  const asked = new Set<string>();
  return events.some((event) => {
    const id = event.action_id ?? "";
    switch (event.kind) {
      case "approval_requested":
        asked.add(id);
        return payloadOf(event).approval_id !== undefined;
      case "approval_recorded":
        return !asked.delete(id);
      case "proposal_suspended":
        return true;
      default: {
        const message = reasonOf(event)?.message ?? "";
        return [NO_ROOM, FAILED, NOT_WAITING].some(
          (text) => message.includes(`(${text}`) || message.endsWith(`${text})`),
        );
      }
    }
  });
}

function scriptedApprovalStore(parts: ReplayParts): ApprovalStore {
  const { script, waits, decided } = parts;
  const nobody = (): never => {
    throw new TypeError("nothing calls this: the host's part of a store is not replayed");
  };
  return {
    supports: { durable: false },
    take({ id: requestId }) {
      const { id } = decided;
      // Whatever the store had to say was said about the request.
      if (requestId === undefined) return { state: "unknown" };
      const answer = (): ApprovalLookup => lookup(script.ahead(id));
      if (script.isNext(id) || script.ahead(id).length === 0 || answer().state === "pending") return answer();
      return waits.promise(id, answer);
    },
    request() {
      if (refusalAfter(script.ahead(decided.id))?.includes(FAILED) === true) throw new Error(FAILED);
    },
    decide: nobody,
    grant: nobody,
    pending: nobody,
  };
}

/** What comes next of an action tells what the store said about it. */
function lookup([next]: readonly CarEvent[]): ApprovalLookup {
  if (next === undefined) return { state: "pending" };
  if (next.kind === "approval_recorded") return { state: "answered", answer: payloadOf(next) };
  if (next.kind === "approval_requested") return { state: "unknown" };
  const message = refusalAfter([next]);
  if (message?.includes(FAILED) === true) throw new Error(FAILED);
  if (message !== undefined) return { state: "unknown" };
  // What goes on has its yes from before; what does not waits.
  return GOES_ON.has(next.kind) ? { state: "answered", answer: { approved: true } } : { state: "pending" };
}

const GOES_ON: ReadonlySet<EventKind> = new Set<EventKind>([
  "action_executing",
  "action_deduplicated",
  "action_succeeded",
  "cache_hit",
  "rate_limited",
  "compensation_started",
  "compensation_succeeded",
]);

/** Why an action was refused for want of an approval, if that is what comes next of it. */
function refusalAfter([next]: readonly CarEvent[]): string | undefined {
  const reason = reasonOf(next);
  return reason?.code === "approval_required" ? reason.message : undefined;
}
