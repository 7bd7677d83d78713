import type {
  ActionSucceededData,
  CarEvent,
  JsonObject,
  JsonValue,
  ProposalReceivedData,
  Reason,
  StateChangedData,
  Transition,
} from "@car/ir";
import { PayloadErasedError } from "@car/ir";
import type { PolicyReason } from "@car/ir/ports";

/** How an action ended, according to the log. */
export interface RecordedEnd {
  readonly action: RecordedAction;
  readonly kind: "action_succeeded" | "action_failed" | "action_rejected" | "action_skipped";
  /** RFC 3339. */
  readonly timestamp: string;
  readonly data: { readonly reason?: Reason; readonly duration_ms?: number } & Partial<ActionSucceededData>;
}

/** What the log says about one action of a run that did not end. */
export interface RecordedAction {
  readonly id: string;
  /** Attempts that began. */
  attempts: number;
  /** Why the last attempt failed, when another is to follow. */
  lastFailure: Reason | undefined;
  /** The attempt that began last has no outcome. */
  isOpen: boolean;
  /** Parameters with references resolved, of a call that had any. */
  parameters: JsonObject | undefined;
  changes: readonly Transition[];
  servedFrom: "receipt" | "cache" | undefined;
  /** The yes that was given last, and to what. */
  approval: { readonly reasons: readonly PolicyReason[]; readonly timestamp: string } | undefined;
  /** Reasons of the request that is open. */
  asked: readonly PolicyReason[];
  end: RecordedEnd | undefined;
  compensation: "begun" | "done" | "failed" | undefined;
}

/** What the log says about the end of a run that was not completed. */
export interface RecordedUndo {
  readonly kind: "abort" | "cancel";
  readonly cause: Reason;
}

/** A run that was under way when its process ended, as its events tell. */
export interface RecordedRun {
  readonly runId: string;
  readonly proposalId: string;
  readonly traceId: string;
  /** Sequence of its first event. */
  readonly seq: number;
  readonly received: ProposalReceivedData;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly admitted: boolean;
  /** Why it was being undone, when that had begun: it may not be committed any more. */
  readonly undo: RecordedUndo | undefined;
  /** Versions of what it had read, when it waited for approvals and did nothing else. */
  readonly suspended: ReadonlyMap<string, number> | undefined;
  readonly actions: ReadonlyMap<string, RecordedAction>;
  /** How actions ended, in that order. */
  readonly ends: readonly RecordedEnd[];
  /** `kind:action:attempt` of every event, so that none is recorded a second time. */
  readonly past: ReadonlySet<string>;
}

/** Names an event within its run. */
export function eventName(kind: string, actionId: string | undefined, attempt: number | undefined): string {
  return `${kind}:${actionId ?? ""}:${attempt ?? 0}`;
}

/**
 * Reads the events of one run that has no `proposal_completed`.
 * @throws `PayloadErasedError` when one that is needed was erased.
 */
export function readRun(events: readonly CarEvent[]): RecordedRun {
  const [first] = events;
  const received = dataOf(first!) as unknown as ProposalReceivedData;
  const reader = new Reader();
  for (const event of events) reader.take(event);
  return {
    runId: first!.run_id!,
    proposalId: first!.proposal_id!,
    traceId: first!.trace_id,
    seq: first!.seq,
    received,
    receivedAt: first!.timestamp,
    admitted: events.some(({ kind }) => kind === "proposal_admitted"),
    undo: reader.undo,
    suspended: reader.suspended,
    actions: reader.actions,
    ends: reader.ended,
    past: reader.past,
  };
}

class Reader {
  readonly actions = new Map<string, RecordedAction>();
  readonly past = new Set<string>();
  undo: RecordedUndo | undefined = undefined;
  suspended: ReadonlyMap<string, number> | undefined = undefined;
  readonly ended: RecordedEnd[] = [];

  take(event: CarEvent): void {
    this.past.add(eventName(event.kind, event.action_id, event.attempt));
    this.noteUndo(event);
    if (event.kind === "proposal_suspended") this.suspended = versionsIn(event);
    if (event.kind === "proposal_resumed" && dataOf(event)["after"] === "approval") this.suspended = undefined;
    if (event.action_id === undefined) return;
    const action = this.actionOf(event.action_id);
    switch (event.kind) {
      case "action_executing":
        action.attempts = event.attempt ?? 1;
        action.isOpen = true;
        action.changes = [];
        action.parameters = (dataOf(event)["parameters"] as JsonObject | undefined) ?? action.parameters;
        return;
      case "state_changed":
        action.changes = (dataOf(event) as unknown as StateChangedData).changes;
        return;
      case "action_succeeded":
      case "action_failed":
      case "action_rejected":
      case "action_skipped":
        return this.end(action, event, event.kind);
      default:
        note(action, event);
    }
  }

  private noteUndo(event: CarEvent): void {
    if (event.kind === "proposal_canceled") this.undo = { kind: "cancel", cause: reasonOf(event, "reason") };
    else if (UNDO_KINDS.has(event.kind)) this.undo ??= { kind: "abort", cause: reasonOf(event, "cause") };
  }

  private end(action: RecordedAction, event: CarEvent, kind: RecordedEnd["kind"]): void {
    action.isOpen = false;
    // An action on the state is carried out without a word before its end.
    action.attempts = Math.max(action.attempts, event.attempt ?? 0);
    // A failure with another attempt to follow does not say how long the action took: it goes on.
    if (kind === "action_failed" && dataOf(event)["duration_ms"] === undefined) {
      action.lastFailure = dataOf(event)["reason"] as unknown as Reason;
      return;
    }
    action.end = { action, kind, timestamp: event.timestamp, data: dataOf(event) };
    this.ended.push(action.end);
  }

  private actionOf(id: string): RecordedAction {
    const known = this.actions.get(id);
    if (known !== undefined) return known;
    const action: RecordedAction = {
      id,
      attempts: 0,
      lastFailure: undefined,
      isOpen: false,
      parameters: undefined,
      changes: [],
      servedFrom: undefined,
      approval: undefined,
      asked: [],
      end: undefined,
      compensation: undefined,
    };
    this.actions.set(id, action);
    return action;
  }
}

function versionsIn(event: CarEvent): ReadonlyMap<string, number> {
  return new Map(Object.entries((dataOf(event)["versions"] ?? {}) as Record<string, number>));
}

const UNDO_KINDS: ReadonlySet<CarEvent["kind"]> = new Set<CarEvent["kind"]>([
  "compensation_started",
  "compensation_succeeded",
  "compensation_failed",
  "state_rollback",
]);

function reasonOf(event: CarEvent, field: "reason" | "cause"): Reason {
  const reason = dataOf(event)[field] as Reason | undefined;
  return reason ?? { code: "aborted", message: "the run was being undone when its process ended" };
}

function note(action: RecordedAction, event: CarEvent): void {
  switch (event.kind) {
    case "cache_hit":
      action.servedFrom = "cache";
      return;
    case "action_deduplicated":
      action.servedFrom = "receipt";
      return;
    case "approval_requested":
      action.asked = dataOf(event)["reasons"] as unknown as readonly PolicyReason[];
      return;
    case "approval_recorded":
      action.approval =
        dataOf(event)["approved"] === true ? { reasons: action.asked, timestamp: event.timestamp } : undefined;
      return;
    case "compensation_started":
      action.compensation = "begun";
      return;
    case "compensation_succeeded":
      action.compensation = "done";
      return;
    case "compensation_failed":
      action.compensation = "failed";
      return;
    default:
  }
}

function dataOf(event: CarEvent): Record<string, JsonValue> & Record<string, unknown> {
  if (event.data_digest !== undefined) throw new PayloadErasedError(event.seq);
  return event.data;
}
