import type { CarEvent, EventKind, Reason } from "@car/ir";
import { reasonCodeOf } from "./reason-code.js";
import type { Script } from "./script.js";

const AFTER: ReadonlySet<EventKind> = new Set<EventKind>([
  "proposal_canceled",
  "compensation_started",
  "state_rollback",
  "proposal_completed",
]);

const STARTS: ReadonlySet<EventKind> = new Set<EventKind>([
  "action_validated",
  "action_executing",
  "action_retrying",
  "policy_decided",
  "approval_requested",
]);

/** Why the recorded run was canceled; `undefined` when it was not. A cancelation is told only at the end. */
export function canceledBy({ events }: Script): Reason | undefined {
  // Nothing but the end of the run, and what came too late, is told after it.
  const canceled = events.at(-2);
  return canceled?.kind === "proposal_canceled" ? (canceled.data["reason"] as unknown as Reason) : undefined;
}

/** The run was canceled at the latest before this event. */
export function isExplainedByCancelation(script: Script, { kind, data }: CarEvent): boolean {
  const { code } = (data["reason"] ?? {}) as Partial<Reason>;
  return (code === "canceled" || AFTER.has(kind)) && canceledBy(script) !== undefined;
}

/** The run was canceled later, but as nothing starts any more it makes no difference when. */
export function isCanceledFromHere(script: Script): boolean {
  if (canceledBy(script) === undefined) return false;
  const rest = new Set(script.rest());
  const succeeded = new Set<string | undefined>();
  for (const event of script.events) {
    if (event.kind === "action_succeeded") succeeded.add(event.action_id);
    // An action that was skipped for it tells when it was.
    else if (rest.has(event) && event.kind === "action_skipped" && reasonCodeOf(event) === "canceled") return false;
    // What is asked about an action that has succeeded is about undoing it.
    else if (rest.has(event) && STARTS.has(event.kind) && !succeeded.has(event.action_id)) return false;
  }
  return true;
}
