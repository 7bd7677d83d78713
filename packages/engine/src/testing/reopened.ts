import { type CarEvent, payloadOf } from "@car/ir";
import { epochMsOf } from "@car/ir/internal";
import type { EventDraft, EventLog, RunScope } from "@car/ir/ports";
import { memoryEventLog, replayState } from "@car/eventlog";
import { restoredStateStore } from "@car/state";
import { RunLedger } from "../node/run-ledger.js";
import type { DurableParts } from "../recovery/durable-parts.js";
import { LeftRuns } from "../recovery/left-runs.js";

/** What a process finds that opens a log with these events, without a disk. */
export async function reopened(events: readonly CarEvent[]): Promise<DurableParts> {
  const ledger = new RunLedger(1_000);
  for (const event of events) ledger.read(event, true);
  const state = await replayState(events);
  return {
    state: restoredStateStore({ version: state.version, entries: state.entries() }),
    eventLog: logOf(events),
    unfinished: new LeftRuns(ledger.openFrom),
    receipts: ledger.receipts(),
    givenUp: new Set(),
    giveUp: () => Promise.resolve(false),
  };
}

function logOf(events: readonly CarEvent[]): EventLog {
  const log = memoryEventLog();
  const scopes = new Map<string, RunScope>();
  for (const event of events) log.append(draftOf(event, scopes));
  return log;
}

function draftOf(event: CarEvent, scopes: Map<string, RunScope>): EventDraft {
  const { kind, run_id, proposal_id = "", trace_id, span_id, action_id, attempt = 0, data, timestamp } = event;
  const time = epochMsOf(timestamp);
  if (run_id === undefined) return { kind, time, action: -1, attempt, data } as EventDraft;
  if (event.kind === "proposal_received") {
    const { proposal, principal } = payloadOf(event);
    const action_ids = (proposal.actions ?? []).map(({ id }) => id);
    scopes.set(run_id, { run_id, proposal_id, principal, trace_id, span_prefix: span_id.slice(0, 8), action_ids });
  }
  const scope = scopes.get(run_id)!;
  return { kind, time, scope, action: scope.action_ids.indexOf(action_id ?? ""), attempt, data } as EventDraft;
}
