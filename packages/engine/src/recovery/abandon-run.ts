import { type CostSummary, type ProposalResult, type Reason, RunUndecidedError } from "@car/ir";
import { giveUp } from "../run/answer-undone.js";
import type { Host } from "../run/host.js";
import { refusedResult } from "../run/refuse.js";
import { completedData } from "../run/result.js";
import type { RecordedRun } from "./recorded-run.js";
import { recordedScope } from "./recorded-scope.js";
import type { Recovery } from "./recovery.js";

/**
 * Ends a run that cannot be planned, because tools or limits have changed: as rejected when nothing of it had begun,
 * otherwise as rolled back, with its changes dropped and nothing compensated. Whatever it had done outside remains,
 * and the result says so.
 */
export async function abandonRun(host: Host, recovery: Recovery, problems: readonly Reason[]): Promise<ProposalResult> {
  const { recorded } = recovery;
  const actions = namedActions(recorded);
  const scope = recordedScope(recorded, actions);
  const time = host.clock.now();
  const place = { scope, time };
  const { recorder } = host;
  recorder.recordOf("proposal_resumed", place, undefined, { after: "crash", unfinished: "rollback" });
  for (const { id, isOpen, attempts } of recorded.actions.values()) {
    if (!isOpen) continue;
    recovery.doubts.push({ action_id: id, answer: "failed" });
    const message = "the process ended during the call, and the run cannot go on";
    const data = { reason: { code: "in_doubt" as const, message }, answer: "failed" as const };
    recorder.recordOf(
      "action_in_doubt",
      place,
      { index: actions.findIndex((action) => action.id === id), attempts },
      data,
    );
  }
  const result = resultOf(recovery, problems, place);
  recorder.recordOf("proposal_completed", place, undefined, completedData(result));
  const error = await new Promise((resolve) => recorder.flushThen(resolve));
  if (error !== undefined && !(await giveUp(host, scope.run_id))) {
    throw new RunUndecidedError(scope.run_id, { cause: error });
  }
  host.onClosed(result);
  return result;
}

function resultOf(
  { recorded }: Recovery,
  problems: readonly Reason[],
  { scope, time }: { readonly scope: ReturnType<typeof recordedScope>; readonly time: number },
): ProposalResult {
  const { received, admitted, actions } = recorded;
  const cause: Reason = { code: "invalid", message: `the run cannot be resumed: ${problems[0]!.message}` };
  const status = admitted ? "canceled" : "rejected";
  const as = { status, hash: received.proposal_hash, time, startedAt: time } as const;
  const refused = refusedResult(scope, [cause], as);
  const calls = [...actions.values()].reduce((total, { attempts }) => total + attempts, 0);
  const cost: CostSummary = { ...refused.cost, tool_calls: calls };
  return {
    ...refused,
    status: admitted ? "rolled_back" : "rejected",
    reasons: problems,
    cost,
    // What its tools may leave is not known any more either.
    external_effects: calls > 0 ? "unknown" : "none",
    external_effects_remain: calls > 0,
  };
}

function namedActions({ received: { proposal } }: RecordedRun): readonly { readonly id: string }[] {
  const actions = Array.isArray(proposal["actions"]) ? (proposal["actions"] as readonly unknown[]) : [];
  return actions.flatMap((action) => {
    const { id } = action as { readonly id?: unknown };
    return typeof id === "string" ? [{ id }] : [];
  });
}
