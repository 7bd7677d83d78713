import type { CarEvent, EventKind, Reason } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { policiesOf } from "../payload/payload-facts.js";
import type { ActionExplanation, ExplainedCause, ExplainedEvent } from "./action-explanation.js";
import type { CallFacts } from "./call-book.js";
import { describeEvent } from "./describe-event.js";
import { RunNotes } from "./run-notes.js";

/** Which run's action is meant. */
export interface ExplainActionOptions {
  /** Default: the last run in which the action appears. */
  readonly runId?: string;
}

/**
 * Tells from the log alone why an action ended as it did, or gives `undefined` when the log has no event of it.
 * Streams; holds notes about the runs that are open and the best match so far.
 */
export async function explainAction(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  actionId: string,
  options: ExplainActionOptions = {},
): Promise<ActionExplanation | undefined> {
  assertKnownOptions(options, ["runId"], "explainAction");
  const open = new Map<string, RunNotes>();
  let found: RunNotes | undefined;
  for await (const event of events) {
    const { run_id } = event;
    if (run_id === undefined || (options.runId ?? run_id) !== run_id) continue;
    // What comes after the end of a run belongs to it, as long as that is the one that is told of.
    const isAfterEnd = !open.has(run_id) && AFTER_THE_END.has(event.kind);
    if (isAfterEnd && found?.runId !== run_id) continue;
    const notes = isAfterEnd ? found! : (open.get(run_id) ?? new RunNotes(run_id, actionId));
    if (!isAfterEnd) open.set(run_id, notes);
    notes.add(event);
    if (notes.events.length > 0) found = laterOf(found, notes);
    if (event.kind === "proposal_completed") open.delete(run_id);
  }
  return found === undefined ? undefined : explanationOf(found, actionId);
}

/** A committed run may be undone, and a call may answer too late. */
export const AFTER_THE_END: ReadonlySet<EventKind> = new Set<EventKind>([
  "undo_started",
  "image_read",
  "compensation_started",
  "compensation_succeeded",
  "compensation_failed",
  "undo_completed",
  "late_result_dropped",
]);

/** Of two runs, the one in which the action appeared last. */
function laterOf(left: RunNotes | undefined, right: RunNotes): RunNotes {
  const [before, after] = [left?.events.at(-1)?.seq ?? 0, right.events.at(-1)?.seq ?? 0];
  return left === undefined || after >= before ? right : left;
}

function explanationOf(notes: RunNotes, actionId: string): ActionExplanation {
  const { runId, proposalId, status, cause, events, calls, outputs } = notes;
  const { outcome, reason } = notes.ends.get(actionId) ?? { outcome: "unfinished" as const };
  const isUndone = outcome === "succeeded" && status !== undefined && status !== "committed" && status !== "suspended";
  const compensated = compensationOf(events);
  return {
    action_id: actionId,
    run_id: runId,
    ...(proposalId !== undefined && { proposal_id: proposalId }),
    ...calls.get(actionId),
    outcome,
    ...(outputs.has(actionId) && { output: outputs.get(actionId)! }),
    ...(reason !== undefined && { reason }),
    attempts: Math.max(0, ...events.map(({ attempt = 0 }) => attempt)),
    policies: [...new Set(events.flatMap(policiesOf))],
    timeline: events.map((event) => explainedEvent(event, calls.get(actionId))),
    causes: causesOf(notes, { actionId, reason: isUndone ? cause : reason }),
    run: { ...(status !== undefined && { status }), ...(cause !== undefined && { cause }) },
    rolled_back: isUndone,
    ...(compensated !== undefined && { compensated }),
  };
}

/** Follows the actions that reasons name, until one names none, or one that has been named before. */
function causesOf(notes: RunNotes, start: { actionId: string; reason: Reason | undefined }): readonly ExplainedCause[] {
  const causes: ExplainedCause[] = [];
  const seen = new Set([start.actionId]);
  for (let reason = start.reason; reason !== undefined;) {
    // An aborted action names no other; what stopped the run is the run's cause.
    const next = reason.action_id ?? (reason.code === "aborted" ? notes.cause?.action_id : undefined);
    const end = next === undefined || seen.has(next) ? undefined : notes.ends.get(next);
    if (end === undefined) break;
    seen.add(end.action_id);
    causes.push(end);
    reason = end.reason;
  }
  return causes;
}

function explainedEvent(event: CarEvent, call: CallFacts | undefined): ExplainedEvent {
  const { seq, timestamp, kind, attempt } = event;
  return { seq, timestamp, kind, ...(attempt !== undefined && { attempt }), text: describeEvent(event, call) };
}

/** Whether the last compensation succeeded, if there was one. */
export function compensationOf(events: readonly CarEvent[]): boolean | undefined {
  const last = events.findLast(({ kind }) => kind === "compensation_succeeded" || kind === "compensation_failed");
  return last === undefined ? undefined : last.kind === "compensation_succeeded";
}
