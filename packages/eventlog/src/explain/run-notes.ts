import { type CarEvent, type EventKind, jsonOfEvent, type JsonValue, type ProposalStatus, type Reason } from "@car/ir";
import { objectsAt, reasonOf, textAt } from "../payload/payload-facts.js";
import { hideSecrets } from "../redact/hide-secrets.js";
import { CallBook, type CallFacts, proposedCalls } from "./call-book.js";
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
  /** What each action does. */
  readonly calls = new Map<string, CallFacts>();
  readonly outputs = new Map<string, JsonValue>();
  readonly ends = new Map<string, ExplainedCause>();
  proposalId: string | undefined;
  status: ProposalStatus | undefined;
  cause: Reason | undefined;
  private readonly book = new CallBook();
  private readonly actionId: string | undefined;

  /** Without an action, of a run as a whole. */
  constructor(runId: string, actionId?: string) {
    this.runId = runId;
    this.actionId = actionId;
  }

  add(event: CarEvent): void {
    this.proposalId ??= event.proposal_id;
    if (event.kind === "proposal_received") for (const [id, call] of proposedCalls(event)) this.calls.set(id, call);
    const call = this.book.see(event);
    if (call !== undefined && event.action_id !== undefined) this.calls.set(event.action_id, call);
    if (event.action_id !== undefined && event.action_id === this.actionId) this.events.push(event);
    if (event.action_id !== undefined) this.noteEnd(event, event.action_id);
    if (event.kind === "proposal_rejected") this.noteRefusal(event);
    if (event.kind === "proposal_completed") {
      this.status = textAt(jsonOfEvent(event), "status") as ProposalStatus | undefined;
      this.cause ??= reasonOf(event);
    }
  }

  /** Every action, in the order of the proposal; what the log does not have of it (a redacted one), after these. */
  get actionIds(): readonly string[] {
    return [...new Set([...this.calls.keys(), ...this.ends.keys()])];
  }

  private noteEnd(event: CarEvent, actionId: string): void {
    const outcome = OUTCOMES[event.kind];
    if (outcome === undefined) return;
    const reason = reasonOf(event);
    const { output } = jsonOfEvent(event);
    if (output !== undefined) this.outputs.set(actionId, hideSecrets(output));
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
