import type {
  ActionResult,
  CostSummary,
  JsonObject,
  JsonValue,
  ProposalCompletedData,
  ProposalResult,
  ProposalStatus,
  Transition,
} from "@car/ir";
import { rfc3339, setOwn, withProposalHash } from "@car/ir/internal";
import { externalEffectsOf } from "./external-effects.js";
import type { Unsuccessful } from "./outcome.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

const NO_CHANGES: JsonObject = Object.freeze({});
const NO_DELETES: readonly string[] = Object.freeze([]);
const NO_REASONS: ProposalResult["reasons"] = Object.freeze([]);

/** Puts the outcomes together. Pure, but for the clock reading that the run already holds. */
export function buildResult(run: Run, status: ProposalStatus): ProposalResult {
  const cause = run.broken ?? run.stop?.cause;
  const left = status === "committed" ? "none" : externalEffectsOf(run);
  const result: Writable<Omit<ProposalResult, "proposal_hash">> = {
    proposal_id: run.scope.proposal_id,
    run_id: run.scope.run_id,
    status,
    results: actionResults(run, status),
    reasons: NO_REASONS,
    cost: costOf(run),
    trace_id: run.scope.trace_id,
    external_effects: left,
    external_effects_remain: left !== "none",
  };
  if (cause !== undefined) result.cause = cause;
  return withProposalHash(result, run.plan.proposal);
}

/** What the log keeps of a result. */
export function completedData(result: ProposalResult): ProposalCompletedData {
  const { status, cost, external_effects, external_effects_remain, cause } = result;
  if (cause === undefined) return Object.freeze({ status, cost, external_effects, external_effects_remain });
  return { status, cost, external_effects, external_effects_remain, cause };
}

function actionResults(run: Run, status: ProposalStatus): readonly ActionResult[] {
  const { slots } = run.board;
  const results = new Array<ActionResult>(slots.length);
  const isUndone = status !== "committed" && status !== "suspended";
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index]!;
    results[index] =
      slot.outcome?.status === "succeeded"
        ? succeededResult(run, slot, slot.outcome, isUndone)
        : unsuccessfulResult(run, slot, status === "suspended");
  }
  return results;
}

function succeededResult(
  run: Run,
  slot: Slot,
  { output, read }: Extract<NonNullable<Slot["outcome"]>, { status: "succeeded" }>,
  isUndone: boolean,
): ActionResult {
  const { action, notes } = slot;
  const changes = notes?.changes;
  const servedFrom = notes?.reuse?.servedFrom;
  // One literal: this runs for every action, and spreading a base object costs more than all the rest of it.
  const result: Writable<ActionResult> = {
    action_id: action.id,
    status: "succeeded",
    output,
    state_changes: changes === undefined ? action.expected_effects : valuesOf(slot, changes),
    state_deletes: changes === undefined ? NO_DELETES : deletesOf(changes),
    attempts: slot.attempts,
    duration_ms: slot.durationMs,
    deduplicated: servedFrom === "receipt",
    cached: servedFrom === "cache",
    rolled_back: isUndone,
    timestamp: rfc3339(run.epoch + slot.endedAfter),
  };
  if (read !== undefined) result.read = read;
  if (notes?.compensated !== undefined) result.compensated = notes.compensated;
  return result;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function unsuccessfulResult(run: Run, slot: Slot, isSuspended: boolean): ActionResult {
  const { action, outcome, attempts, durationMs, endedAfter, notes } = slot;
  const waits = isSuspended && outcome === undefined;
  const ended = waits ? waitingFor(slot) : (outcome as Unsuccessful | undefined);
  return {
    action_id: action.id,
    // Without an outcome the action was never scheduled: it stood by to compensate another.
    status: waits ? "waiting" : (ended?.status ?? "skipped"),
    ...(ended === undefined ? {} : { error: ended.reason.message, reason: ended.reason }),
    state_changes: NO_CHANGES,
    state_deletes: NO_DELETES,
    attempts,
    duration_ms: durationMs,
    deduplicated: false,
    cached: false,
    rolled_back: false,
    ...(notes?.compensated === undefined ? {} : { compensated: notes.compensated }),
    timestamp: rfc3339(run.epoch + endedAfter),
  };
}

/** Why an action of a suspended run has not ended; nothing for one that only waits for others. */
function waitingFor({ phase, notes }: Slot): Pick<Unsuccessful, "reason" | "status"> | undefined {
  const wish = notes?.approval?.wish;
  if (phase !== "waiting_for_approval" || wish === undefined) return undefined;
  const policies = wish.reasons.map(({ policy_id }) => policy_id);
  const message = wish.reasons.map((reason) => reason.message).join("; ");
  return { status: "skipped", reason: { code: "approval_required", message, policies } };
}

function valuesOf({ action, notes }: Slot, changes: readonly Transition[]): JsonObject {
  // All that changed is what was claimed, which is written down already.
  if (notes?.toolWrites === undefined) return action.expected_effects;
  const values: Record<string, JsonValue> = {};
  for (const { key, value } of changes) {
    if (value === undefined) delete values[key];
    else setOwn(values, key, value);
  }
  return values;
}

function deletesOf(changes: readonly Transition[]): readonly string[] {
  let deleted: Set<string> | undefined;
  for (const { key, value } of changes) {
    if (value === undefined) (deleted ??= new Set()).add(key);
    else deleted?.delete(key);
  }
  return deleted === undefined || deleted.size === 0 ? NO_DELETES : [...deleted];
}

function costOf({ board, time, startedAt }: Run): CostSummary {
  let toolCalls = 0;
  let executed = 0;
  let rejected = 0;
  let skipped = 0;
  let retries = 0;
  let duration = 0;
  const { slots } = board;
  for (let index = 0; index < slots.length; index++) {
    const { action, attempts, outcome, durationMs } = slots[index]!;
    if (attempts > 0) executed++;
    if (attempts > 1) retries += attempts - 1;
    if (action.type === "tool_call") toolCalls += attempts;
    if (outcome?.status === "rejected") rejected++;
    else if (attempts === 0 && outcome?.status !== "succeeded") skipped++;
    duration += durationMs;
  }
  // The log has it too.
  return Object.freeze({
    tool_calls: toolCalls,
    actions_executed: executed,
    actions_rejected: rejected,
    actions_skipped: skipped,
    retries,
    total_duration_ms: duration,
    wall_ms: time - startedAt,
  });
}
