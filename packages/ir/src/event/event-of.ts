import type { EventDraft } from "../ports/event-log.js";
import { rfc3339 } from "../time/rfc3339.js";
import type { EventEnvelope, LiveEvent } from "./car-event.js";
import { spanIdOf } from "./span-id.js";

/** The event that a draft becomes at sequence `seq`. Fields that the draft leaves open are absent. */
export function eventOf(draft: EventDraft, seq: number): LiveEvent {
  const { kind, scope, action, attempt, data = {} } = draft;
  const timestamp = rfc3339(draft.time);
  // Kind and payload belong together, as they did in the draft.
  if (scope === undefined) return { format_version: 1, seq, kind, timestamp, ...ownTrace(seq), data } as LiveEvent;

  const actionId = scope.action_ids[action];
  return {
    format_version: 1,
    seq,
    kind,
    timestamp,
    run_id: scope.run_id,
    proposal_id: scope.proposal_id,
    ...(actionId !== undefined && { action_id: actionId }),
    ...(attempt > 0 && { attempt }),
    trace_id: scope.trace_id,
    span_id: spanIdOf(scope, action, attempt),
    data,
  } as LiveEvent;
}

/** An event outside all runs is a trace of its own; the sequence is never 0, so the ids are valid. */
function ownTrace(seq: number): Pick<EventEnvelope, "trace_id" | "span_id"> {
  const hex = seq.toString(16);
  return { trace_id: hex.padStart(32, "0"), span_id: hex.padStart(16, "0") };
}
