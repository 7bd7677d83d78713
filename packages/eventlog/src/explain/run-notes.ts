import { type CarEvent, type EventKind, jsonOfEvent, type ProposalStatus, type Reason } from "@car/ir";
import { objectsAt, reasonOf, textAt } from "../payload/payload-facts.js";
import type { ExplainedCause, ExplainedOutcome } from "./action-explanation.js";

const OUTCOMES: Readonly<Partial<Record<EventKind, ExplainedOutcome>>> = {
  action_succeeded: "succeeded",
  action_failed: "failed",
  action_rejected: "rejected",
  action_skipped: "skipped",
};

/** What an explanation needs of one run: the events of one action, and how every action and the run itself ended. */
export class RunNotes {
  readonly runId: string;
  readonly events: CarEvent[] = [];
  readonly ends = new Map<string, ExplainedCause>();
  proposalId: string | undefined;
  status: ProposalStatus | undefined;
  cause: Reason | undefined;
  private readonly actionId: string;

  constructor(runId: string, actionId: string) {
    this.runId = runId;
    this.actionId = actionId;
  }

  add(event: CarEvent): void {
    this.proposalId ??= event.proposal_id;
    if (event.action_id === this.actionId) this.events.push(event);
    if (event.action_id !== undefined) this.noteEnd(event, event.action_id);
    if (event.kind === "proposal_rejected") this.noteRefusal(event);
    if (event.kind === "proposal_completed") {
      this.status = textAt(jsonOfEvent(event), "status") as ProposalStatus | undefined;
      this.cause ??= reasonOf(event);
    }
  }

  private noteEnd(event: CarEvent, actionId: string): void {
    const outcome = OUTCOMES[event.kind];
    if (outcome === undefined) return;
    const reason = reasonOf(event);
    this.ends.set(actionId, { action_id: actionId, outcome, ...(reason !== undefined && { reason }) });
  }

  /** A refused proposal has no events of its actions: its reasons name them. */
  private noteRefusal(event: CarEvent): void {
    for (const data of objectsAt(jsonOfEvent(event), "reasons")) {
      const reason = reasonOf({ data: { reason: data } });
      const actionId = reason?.action_id;
      if (reason === undefined) continue;
      this.cause ??= reason;
      if (actionId === undefined || this.ends.has(actionId)) continue;
      this.ends.set(actionId, { action_id: actionId, outcome: "rejected", reason });
      if (actionId === this.actionId) this.events.push(event);
    }
  }
}
