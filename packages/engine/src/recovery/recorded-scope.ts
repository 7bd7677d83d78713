import type { RunScope } from "@car/ir/ports";
import type { RecordedRun } from "./recorded-run.js";

/** The names of a run that goes on in another process: the same as before. */
export function recordedScope(
  { runId, proposalId, traceId, received }: RecordedRun,
  actions: readonly { readonly id: string }[],
): RunScope {
  return {
    run_id: runId,
    proposal_id: proposalId,
    principal: received.principal,
    trace_id: traceId,
    // A run's number in its runtime is the end of its id.
    span_prefix: runId.slice(-8),
    action_ids: actions.map(({ id }) => id),
  };
}
