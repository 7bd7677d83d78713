import type {
  ActionFailedData,
  ActionSucceededData,
  JsonObject,
  ProposalReceivedData,
  Reason,
  Transition,
} from "@car/ir";
import type { PolicyReason } from "@car/ir/ports";
import type { ImageNote } from "../image/image-note.js";

/** How an action ended, according to the log. */
export interface RecordedEnd {
  readonly action: RecordedAction;
  readonly kind: "action_succeeded" | "action_failed" | "action_rejected" | "action_skipped";
  /** RFC 3339. */
  readonly timestamp: string;
  readonly data: Partial<ActionFailedData> & Partial<ActionSucceededData>;
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
  /** Attempts that began and have not answered, whether or not somebody still waits for them. */
  readonly unanswered: Set<number>;
  /** How many those were when its compensation began. */
  unansweredAtUndo: number;
  /** When the attempt that began last did so, RFC 3339; empty before the first. */
  startedAt: string;
  /** What its reader gave last, before, and after the call. */
  image: ImageNote | undefined;
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
  /** Why it failed. */
  compensationProblem: Reason | undefined;
  /** When that began, RFC 3339. */
  compensationAt: string;
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
