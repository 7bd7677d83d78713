import { type CarEvent, type EventOf, type ImageReadData, payloadOf, type Reason } from "@car/ir";
import { labelSet } from "@car/ir/internal";
import type { ImageNote } from "../image/image-note.js";
import {
  eventName,
  type RecordedAction,
  type RecordedEnd,
  type RecordedRun,
  type RecordedUndo,
} from "./recorded-run.js";

/**
 * Reads the events of one run that has no `proposal_completed`.
 * @throws `PayloadErasedError` when one that is needed was erased.
 */
export function readRun(first: EventOf<"proposal_received">, events: readonly CarEvent[]): RecordedRun {
  const reader = new Reader();
  reader.take(first);
  for (const event of events) reader.take(event);
  return {
    runId: first.run_id!,
    proposalId: first.proposal_id!,
    traceId: first.trace_id,
    seq: first.seq,
    received: payloadOf(first),
    receivedAt: first.timestamp,
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
    if (event.kind === "proposal_suspended") this.suspended = new Map(Object.entries(payloadOf(event).versions));
    if (event.kind === "proposal_resumed" && payloadOf(event).after === "approval") this.suspended = undefined;
    if (event.action_id === undefined) return;
    const action = this.actionOf(event.action_id);
    switch (event.kind) {
      case "action_executing":
        action.attempts = event.attempt ?? 1;
        action.isOpen = true;
        action.startedAt = event.timestamp;
        action.unanswered.add(action.attempts);
        action.changes = [];
        action.parameters = payloadOf(event).parameters ?? action.parameters;
        return;
      case "state_changed":
        action.changes = payloadOf(event).changes;
        return;
      case "action_failed":
        noteAnswer(action, event);
        if (isLast(event)) return this.end(action, event);
        action.isOpen = false;
        action.lastFailure = payloadOf(event).reason;
        return;
      case "action_succeeded":
        action.unanswered.delete(event.attempt ?? 0);
        return this.end(action, event);
      case "action_rejected":
      case "action_skipped":
        return this.end(action, event);
      default:
        note(action, event);
    }
  }

  private noteUndo(event: CarEvent): void {
    if (event.kind === "proposal_canceled") this.undo = { kind: "cancel", cause: payloadOf(event).reason };
    else if (UNDO_KINDS.has(event.kind)) this.undo ??= { kind: "abort", cause: undoCause(event) };
  }

  private end(action: RecordedAction, event: EventOf<RecordedEnd["kind"]>): void {
    action.isOpen = false;
    // An action on the state is carried out without a word before its end.
    action.attempts = Math.max(action.attempts, event.attempt ?? 0);
    action.end = { action, kind: event.kind, timestamp: event.timestamp, data: payloadOf(event) };
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
      unanswered: new Set(),
      unansweredAtUndo: 0,
      startedAt: "",
      image: undefined,
      parameters: undefined,
      changes: [],
      servedFrom: undefined,
      approval: undefined,
      asked: [],
      end: undefined,
      compensation: undefined,
      compensationProblem: undefined,
      compensationAt: "",
    };
    this.actions.set(id, action);
    return action;
  }
}

/** A failure with another attempt to follow does not say how long the action took: it goes on. */
function isLast(event: EventOf<"action_failed">): boolean {
  return payloadOf(event).duration_ms !== undefined;
}

/** A call whose time was up, or that did not end when it was told to, has not answered. */
function noteAnswer(action: RecordedAction, event: EventOf<"action_failed" | "action_in_doubt">): void {
  const { code } = payloadOf(event).reason;
  if (code !== "timeout" && code !== "in_doubt") action.unanswered.delete(event.attempt ?? 0);
}

const UNDO_KINDS: ReadonlySet<CarEvent["kind"]> = new Set<CarEvent["kind"]>([
  "compensation_started",
  "compensation_succeeded",
  "compensation_failed",
  "state_rollback",
]);

function undoCause(event: CarEvent): Reason {
  const cause = event.kind === "state_rollback" ? payloadOf(event).cause : undefined;
  return cause ?? { code: "aborted", message: "the run was being undone when its process ended" };
}

function note(action: RecordedAction, event: CarEvent): void {
  switch (event.kind) {
    case "image_read":
      action.image = imageAfter(action.image, payloadOf(event));
      return;
    case "action_probed":
      if (payloadOf(event).answer !== "unknown") action.unanswered.delete(event.attempt ?? 0);
      return;
    case "cache_hit":
      action.servedFrom = "cache";
      return;
    case "action_deduplicated":
      action.servedFrom = "receipt";
      return;
    case "approval_requested":
      action.asked = payloadOf(event).reasons;
      return;
    case "approval_recorded":
      action.approval = payloadOf(event).approved ? { reasons: action.asked, timestamp: event.timestamp } : undefined;
      return;
    case "action_in_doubt":
      return noteAnswer(action, event);
    case "late_result_dropped":
      action.unanswered.delete(payloadOf(event).attempt);
      return;
    case "compensation_started":
      action.compensation = "begun";
      action.compensationAt = event.timestamp;
      action.unansweredAtUndo = action.unanswered.size;
      return;
    case "compensation_succeeded":
      action.compensation = "done";
      return;
    case "compensation_failed":
      action.compensation = "failed";
      action.compensationProblem = payloadOf(event).reason;
      return;
    default:
  }
}

/** A before-image takes the place of what was known: another attempt at the first call has begun. */
function imageAfter(
  known: ImageNote | undefined,
  { when, output, labels, reason }: ImageReadData,
): ImageNote | undefined {
  const image = output === undefined ? undefined : { value: output, labels: labelSet(labels ?? []) };
  if (when === "before") return { before: image, after: undefined, missing: reason };
  return when === "after" && known !== undefined ? { ...known, after: image } : known;
}
