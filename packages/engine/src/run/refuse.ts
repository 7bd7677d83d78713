import {
  type ActionResult,
  type CostSummary,
  type JsonObject,
  type ProposalResult,
  type Reason,
  rfc3339,
} from "@car/ir";
import { isThenable } from "./outcome.js";
import type { Run } from "./run.js";
import { seal } from "./seal.js";

/** Why, and as what, a run ends before anything of it has run. */
export interface Refusal {
  readonly reasons: readonly Reason[];
  /** Default `rejected`. */
  readonly status?: "rejected" | "canceled";
  /** False when the log has nothing of the run, so that nobody will find it there. Default true. */
  readonly isFound?: boolean;
}

const NO_CHANGES: JsonObject = Object.freeze({});
const NO_DELETES: readonly string[] = Object.freeze([]);

/** Ends a run that has a plan but may not start. */
export function refuse(run: Run, { reasons, status = "rejected", isFound = true }: Refusal): void {
  run.settled = true;
  run.state.release();
  run.lease?.release();
  const result: ProposalResult = {
    ...refusedResult({ ids: run.plan.actionIds, reasons, status, time: run.time, startedAt: run.startedAt }),
    proposal_id: run.scope.proposal_id,
    run_id: run.scope.run_id,
    trace_id: run.scope.trace_id,
    proposal_hash: run.plan.hash,
  };
  if (status === "rejected") run.record("proposal_rejected", undefined, { reasons });
  else run.record("proposal_canceled", undefined, { reason: reasons[0] });
  const { cost, external_effects, external_effects_remain, cause } = result;
  run.record("proposal_completed", undefined, {
    status,
    cost,
    external_effects,
    external_effects_remain,
    cause,
  });
  const sealed = isFound ? seal({ services: run.services, scope: run.scope, isLogged: !run.logBroken }) : true;
  if (!isThenable(sealed)) return run.answer(sealed ? result : undefined);
  void sealed.then((isSealed) => run.answer(isSealed ? result : undefined));
}

/** What the result of a refused proposal is made of. */
export interface RefusedParts {
  readonly ids: readonly string[];
  readonly reasons: readonly Reason[];
  readonly status: "rejected" | "canceled";
  readonly time: number;
  readonly startedAt: number;
}

/** The parts of a result that do not depend on whose run it was: one entry per action, nothing done. */
export function refusedResult(
  parts: RefusedParts,
): Pick<
  ProposalResult,
  "status" | "results" | "cause" | "reasons" | "cost" | "external_effects" | "external_effects_remain"
> {
  const { ids, reasons, status, time, startedAt } = parts;
  const cause = reasons[0]!;
  return {
    status,
    results: ids.map((id) => refusedAction(id, reasons.find((reason) => reason.action_id === id) ?? cause, parts)),
    cause,
    reasons,
    cost: emptyCost(status === "rejected" ? ids.length : 0, {
      skipped: status === "canceled" ? ids.length : 0,
      wallMs: time - startedAt,
    }),
    external_effects: "none",
    external_effects_remain: false,
  };
}

function refusedAction(id: string, reason: Reason, { status, time }: RefusedParts): ActionResult {
  return {
    action_id: id,
    status: status === "rejected" ? "rejected" : "skipped",
    error: reason.message,
    reason,
    state_changes: NO_CHANGES,
    state_deletes: NO_DELETES,
    attempts: 0,
    duration_ms: 0,
    deduplicated: false,
    cached: false,
    rolled_back: false,
    timestamp: rfc3339(time),
  };
}

function emptyCost(
  rejected: number,
  { skipped, wallMs }: { readonly skipped: number; readonly wallMs: number },
): CostSummary {
  return {
    tool_calls: 0,
    actions_executed: 0,
    actions_rejected: rejected,
    actions_skipped: skipped,
    retries: 0,
    total_duration_ms: 0,
    wall_ms: wallMs,
  };
}
