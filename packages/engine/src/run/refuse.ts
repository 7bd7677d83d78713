import {
  type ActionProposal,
  type ActionResult,
  type CostSummary,
  type JsonObject,
  proposalHash,
  type ProposalReceivedData,
  type ProposalResult,
  type Reason,
  type ReplacedRun,
  RunUndecidedError,
} from "@car/ir";
import { rfc3339 } from "@car/ir/internal";
import type { RunScope } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { messageOf } from "./thrown.js";
import { answerUndone, giveUp } from "./answer-undone.js";
import type { Host } from "./host.js";
import { completedData } from "./result.js";
import type { Run } from "./run.js";

const NO_CHANGES: JsonObject = Object.freeze({});
const NO_DELETES: readonly string[] = Object.freeze([]);

/** Ends a run that has a plan but may not start: before anything of it has run. */
export function refuse(run: Run, reasons: readonly Reason[], status: "rejected" | "canceled" = "rejected"): void {
  // An earlier process had let it in, and it may have acted: whoever recovers next takes it up.
  if (run.recovery?.recorded.admitted === true) return run.disown(reasons[0]!.message);
  const result = refusalOf(run, reasons, status);
  if (status === "rejected") run.record("proposal_rejected", undefined, { reasons });
  else run.record("proposal_canceled", undefined, { reason: reasons[0]! });
  run.record("proposal_completed", undefined, completedData(result));
  answerUndone(run, result);
}

/** The result of a run that is refused. */
export function refusalOf(
  { scope, plan, startedAt, time }: Run,
  reasons: readonly Reason[],
  status: "rejected" | "canceled" = "rejected",
): ProposalResult {
  return refusedResult(scope, reasons, { status, hash: proposalHash(plan.proposal), time, startedAt });
}

/** A proposal that never became a run, and why. */
export interface EarlyRefusal {
  readonly scope: RunScope;
  readonly principal: string;
  readonly config: ConfigSnapshot;
  /** `undefined` when the input could not be parsed. */
  readonly proposal: ActionProposal | undefined;
  readonly reasons: readonly Reason[];
  readonly startedAt: number;
  readonly replaces?: ReplacedRun | undefined;
}

/**
 * Logs the refusal and gives its result. A log that fails adds its own reason.
 * @throws `RunUndecidedError` (as a rejection) when recovery may find the proposal without its refusal.
 */
export async function refuseEarly(host: RefusingHost, refusal: EarlyRefusal): Promise<ProposalResult> {
  const { scope, proposal, reasons, startedAt } = refusal;
  const time = host.clock.now();
  const as = {
    status: "rejected",
    hash: proposal === undefined ? "" : proposalHash(proposal),
    time,
    startedAt,
  } as const;
  const result = refusedResult(scope, reasons, as);
  const error = await logRefusal(host, refusal, result, { scope, time });
  if (error === undefined) return result;
  if (host.giveUpRun !== undefined && !(await giveUp(host, scope.run_id))) {
    throw new RunUndecidedError(scope.run_id, { cause: error });
  }
  const message = `the event log failed: ${messageOf(error)}`;
  return refusedResult(scope, [...reasons, { code: "store_error", message }], as);
}

type RefusingHost = Pick<Host, "clock" | "recorder" | "logger" | "giveUpRun">;

/** What the log failed with, if it did. */
async function logRefusal(
  { recorder }: RefusingHost,
  { proposal, principal, config, reasons, replaces }: EarlyRefusal,
  result: ProposalResult,
  place: { readonly scope: RunScope; readonly time: number },
): Promise<unknown> {
  const received: ProposalReceivedData = {
    // Input that does not parse has no canonical form to log; what was wrong with it is in the refusal.
    proposal: proposal ?? {},
    proposal_hash: result.proposal_hash,
    principal,
    config_version: config.version,
    ...(replaces === undefined ? {} : { replaces }),
  };
  try {
    recorder.recordOf("proposal_received", place, undefined, received);
    recorder.recordOf("proposal_rejected", place, undefined, { reasons });
    recorder.recordOf("proposal_completed", place, undefined, completedData(result));
  } catch (error) {
    return error;
  }
  return new Promise((resolve) => recorder.flushThen(resolve));
}

/** What of a refusal depends on when and how it came. */
export interface RefusedAs {
  readonly status: "rejected" | "canceled";
  /** Of the proposal; empty when it could not be parsed. */
  readonly hash: string;
  readonly time: number;
  readonly startedAt: number;
}

/** The result of a proposal of which nothing was done: one entry per action. */
export function refusedResult(
  { proposal_id, run_id, trace_id, action_ids }: RunScope,
  reasons: readonly Reason[],
  { status, hash, time, startedAt }: RefusedAs,
): ProposalResult {
  const cause = reasons[0]!;
  const own = new Map<string | undefined, Reason>();
  for (const reason of reasons) if (!own.has(reason.action_id)) own.set(reason.action_id, reason);
  const as = { status: status === "rejected" ? "rejected" : "skipped", timestamp: rfc3339(time) } as const;
  return {
    proposal_id,
    run_id,
    proposal_hash: hash,
    status,
    results: action_ids.map((id) => refusedAction(id, own.get(id) ?? cause, as)),
    cause,
    reasons,
    cost: refusedCost(action_ids.length, as.status, time - startedAt),
    trace_id,
    external_effects: "none",
    external_effects_remain: false,
  };
}

function refusedAction(id: string, reason: Reason, as: Pick<ActionResult, "status" | "timestamp">): ActionResult {
  return {
    action_id: id,
    status: as.status,
    error: reason.message,
    reason,
    state_changes: NO_CHANGES,
    state_deletes: NO_DELETES,
    attempts: 0,
    duration_ms: 0,
    deduplicated: false,
    cached: false,
    rolled_back: false,
    timestamp: as.timestamp,
  };
}

function refusedCost(actions: number, as: "rejected" | "skipped", wallMs: number): CostSummary {
  return {
    tool_calls: 0,
    actions_executed: 0,
    actions_rejected: as === "rejected" ? actions : 0,
    actions_skipped: as === "skipped" ? actions : 0,
    retries: 0,
    total_duration_ms: 0,
    wall_ms: wallMs,
  };
}
