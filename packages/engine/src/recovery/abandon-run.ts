import { type CostSummary, type ProposalResult, type Reason, RunUndecidedError } from "@car/ir";
import { refusedResult } from "../run/refuse.js";
import { seal } from "../run/seal.js";
import type { RunStarter } from "../run/start-run.js";
import type { RecordedRun } from "./recorded-run.js";
import { recordedScope } from "./recorded-scope.js";
import type { Recovery } from "./recovery.js";

/**
 * Ends a run that cannot be planned, because tools or limits have changed: as rejected when nothing of it had begun,
 * otherwise as rolled back, with its changes dropped and nothing compensated. Whatever it had done outside remains,
 * and the result says so.
 */
export async function abandonRun(
  { services, onClosed }: RunStarter,
  { recorded, inDoubt }: Recovery,
  problems: readonly Reason[],
): Promise<ProposalResult> {
  const ids = actionIdsOf(recorded);
  const scope = recordedScope(recorded, ids);
  const time = services.clock.now();
  const status = recorded.admitted ? "rolled_back" : "rejected";
  const cause: Reason = { code: "invalid", message: `the run cannot be resumed: ${problems[0]!.message}` };
  const place = { scope, time };
  const resumed = { after: "crash", unfinished: "rollback" };
  services.recorder.record({ ...place, kind: "proposal_resumed", action: -1, attempt: 0, data: resumed });
  for (const { id, isOpen, attempts } of recorded.actions.values()) {
    if (!isOpen) continue;
    inDoubt.push(id);
    const reason: Reason = { code: "in_doubt", message: "the process ended during the call, and the run cannot go on" };
    const data = { reason };
    services.recorder.record({ ...place, kind: "action_in_doubt", action: ids.indexOf(id), attempt: attempts, data });
  }
  const remain = [...recorded.actions.values()].some(({ attempts }) => attempts > 0);
  const as = recorded.admitted ? "canceled" : "rejected";
  const parts = refusedResult({ ids, reasons: [cause], status: as, time, startedAt: time });
  const cost: CostSummary = { ...parts.cost, tool_calls: sum(recorded) };
  services.recorder.record({
    ...place,
    kind: "proposal_completed",
    action: -1,
    attempt: 0,
    data: { status, cost, external_effects: remain ? "unknown" : "none", external_effects_remain: remain, cause },
  });
  if (!(await seal({ services, scope, isLogged: true }))) throw new RunUndecidedError(scope.run_id);
  const result: ProposalResult = {
    ...parts,
    proposal_id: recorded.proposalId,
    run_id: recorded.runId,
    trace_id: recorded.traceId,
    proposal_hash: recorded.received.proposal_hash,
    status,
    reasons: problems,
    cost,
    external_effects: remain ? "unknown" : "none",
    external_effects_remain: remain,
  };
  onClosed(result);
  return result;
}

function actionIdsOf({ received: { proposal } }: RecordedRun): readonly string[] {
  const actions = Array.isArray(proposal["actions"]) ? (proposal["actions"] as readonly unknown[]) : [];
  return actions.flatMap((action) => {
    const { id } = action as { readonly id?: unknown };
    return typeof id === "string" ? [id] : [];
  });
}

function sum({ actions }: RecordedRun): number {
  return [...actions.values()].reduce((total, { attempts }) => total + attempts, 0);
}
