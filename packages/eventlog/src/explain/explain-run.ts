import { type CarEvent, type JsonValue, jsonOfEvent, type ProposalStatus, type Reason } from "@car/ir";
import { textAt } from "../payload/payload-facts.js";
import type { ExplainedOutcome } from "./action-explanation.js";
import type { CallFacts } from "./call-book.js";
import { AFTER_THE_END, compensationOf } from "./explain-action.js";
import { RunNotes } from "./run-notes.js";

/** One action of a run that is told of as a whole. */
export interface ExplainedAction extends Partial<CallFacts> {
  readonly action_id: string;
  readonly outcome: ExplainedOutcome;
  /** What came out of it; the values of secrets are hidden. */
  readonly output?: JsonValue;
  readonly reason?: Reason;
  /** Present when a compensation was due: whether it succeeded. */
  readonly compensated?: boolean;
}

/** How a run ended, and what each of its actions did. */
export interface RunExplanation {
  readonly run_id: string;
  readonly proposal_id?: string;
  /** Absent when the log has no end of the run. */
  readonly status?: ProposalStatus;
  readonly cause?: Reason;
  /** In the order of the proposal. */
  readonly actions: readonly ExplainedAction[];
  /** What is left outside of the state, also after a committed run was undone: `none`, `remain` or `unknown`. */
  readonly external_effects: string;
}

/** Tells of a run from the log alone, or gives `undefined` when the log has no event of it. Streams; holds what the run's actions did. */
export async function explainRun(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  runId: string,
): Promise<RunExplanation | undefined> {
  const notes = new RunNotes(runId);
  const compensations = new Map<string, CarEvent[]>();
  let isKnown = false;
  let left = "unknown";
  for await (const event of events) {
    if (event.run_id !== runId) continue;
    isKnown = true;
    notes.add(event);
    left = textAt(jsonOfEvent(event), "external_effects") ?? left;
    if (event.action_id === undefined || !AFTER_THE_END.has(event.kind)) continue;
    compensations.set(event.action_id, [...(compensations.get(event.action_id) ?? []), event]);
  }
  if (!isKnown) return undefined;
  const { proposalId, status, cause } = notes;
  return {
    run_id: runId,
    ...(proposalId !== undefined && { proposal_id: proposalId }),
    ...(status !== undefined && { status }),
    ...(cause !== undefined && { cause }),
    actions: notes.actionIds.map((id) => actionOf(notes, id, compensations.get(id) ?? [])),
    external_effects: left,
  };
}

function actionOf(notes: RunNotes, actionId: string, events: readonly CarEvent[]): ExplainedAction {
  const { outcome, reason } = notes.ends.get(actionId) ?? { outcome: "unfinished" as const };
  const compensated = compensationOf(events);
  return {
    action_id: actionId,
    ...notes.calls.get(actionId),
    outcome,
    ...(notes.outputs.has(actionId) && { output: notes.outputs.get(actionId)! }),
    ...(reason !== undefined && { reason }),
    ...(compensated !== undefined && { compensated }),
  };
}
