import {
  type ActionResult,
  type CostSummary,
  type JsonObject,
  type JsonValue,
  type ProposalResult,
  type ProposalStatus,
  rfc3339,
  setOwn,
  type Transition,
} from "@car/ir";
import { EXTERNAL } from "../plan/plan-flags.js";
import type { Unsuccessful } from "./outcome.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

const NO_CHANGES: JsonObject = Object.freeze({});
const NO_DELETES: readonly string[] = Object.freeze([]);
const NO_REASONS: ProposalResult["reasons"] = Object.freeze([]);

/** Puts the outcomes together. Pure, but for the clock reading that the run already holds. */
export function buildResult(run: Run, status: ProposalStatus): ProposalResult {
  const undone = status !== "committed" && status !== "suspended";
  const cause = run.broken ?? run.stop?.cause;
  const remain = status !== "committed" && effectsRemain(run);
  const result: Writable<ProposalResult> = {
    proposal_id: run.scope.proposal_id,
    run_id: run.scope.run_id,
    proposal_hash: run.plan.hash,
    status,
    results: actionResults(run.slots, { undone, isWaiting: status === "suspended" }),
    reasons: NO_REASONS,
    cost: costOf(run),
    trace_id: run.scope.trace_id,
    external_effects: remain ? "remain" : "none",
    external_effects_remain: remain,
  };
  if (cause !== undefined) result.cause = cause;
  return result;
}

interface As {
  readonly undone: boolean;
  /** The run is suspended: what has no outcome waits. */
  readonly isWaiting: boolean;
}

function actionResults(slots: readonly Slot[], as: As): readonly ActionResult[] {
  const results = new Array<ActionResult>(slots.length);
  for (let index = 0; index < slots.length; index++) results[index] = actionResult(slots[index]!, as);
  return results;
}

function actionResult(slot: Slot, { undone, isWaiting }: As): ActionResult {
  const { outcome } = slot;
  if (outcome?.status !== "succeeded") return unsuccessfulResult(slot, isWaiting);
  const { changes } = slot;
  // One literal: this runs for every action, and spreading a base object costs more than all the rest of it.
  const result: Writable<ActionResult> = {
    action_id: slot.action.id,
    status: "succeeded",
    output: outcome.output,
    state_changes: changes.length === 0 ? NO_CHANGES : valuesOf(slot),
    state_deletes: changes.length === 0 ? NO_DELETES : deletesOf(changes),
    attempts: slot.attempts,
    duration_ms: slot.durationMs,
    deduplicated: slot.deduplicated,
    cached: slot.cached,
    rolled_back: undone,
    timestamp: rfc3339(slot.endedAt),
  };
  if (outcome.read !== undefined) result.read = outcome.read;
  if (slot.compensated !== undefined) result.compensated = slot.compensated;
  return result;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function unsuccessfulResult(slot: Slot, isWaiting: boolean): ActionResult {
  const { action, outcome, attempts, durationMs, endedAt } = slot;
  const waits = isWaiting && outcome === undefined && slot.phase !== "done";
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
    timestamp: rfc3339(endedAt),
  };
}

/** Why an action of a suspended run has not ended; nothing for one that only waits for others. */
function waitingFor({ unpark, needsApproval }: Slot): Pick<Unsuccessful, "reason" | "status"> | undefined {
  if (unpark === undefined || needsApproval === undefined) return undefined;
  const policies = needsApproval.reasons.map(({ policy_id }) => policy_id);
  const message = needsApproval.reasons.map((reason) => reason.message).join("; ");
  return { status: "skipped", reason: { code: "approval_required", message, policies } };
}

function valuesOf({ action, toolWrites, changes }: Slot): JsonObject {
  // All that changed is what was claimed, which is written down already.
  if (toolWrites.length === 0) return action.expected_effects;
  const values: Record<string, JsonValue> = {};
  for (const { key, value } of changes) {
    if (value === undefined) delete values[key];
    else setOwn(values, key, value);
  }
  return values;
}

function deletesOf(changes: readonly Transition[]): readonly string[] {
  const deleted = new Set<string>();
  for (const { key, value } of changes) {
    if (value === undefined) deleted.add(key);
    else deleted.delete(key);
  }
  return deleted.size === 0 ? NO_DELETES : [...deleted];
}

function costOf(run: Run): CostSummary {
  let toolCalls = 0;
  let executed = 0;
  let rejected = 0;
  let skipped = 0;
  let retries = 0;
  let duration = 0;
  const { slots } = run;
  for (let index = 0; index < slots.length; index++) {
    const { action, attempts, outcome, durationMs } = slots[index]!;
    if (attempts > 0) executed++;
    if (attempts > 1) retries += attempts - 1;
    if (action.type === "tool_call") toolCalls += attempts;
    if (outcome?.status === "rejected") rejected++;
    else if (attempts === 0 && outcome?.status !== "succeeded") skipped++;
    duration += durationMs;
  }
  return {
    tool_calls: toolCalls,
    actions_executed: executed,
    actions_rejected: rejected,
    actions_skipped: skipped,
    retries,
    total_duration_ms: duration,
    wall_ms: run.time - run.startedAt,
  };
}

/** True when something outside the state store may be left: done and not compensated, or begun and given up. */
function effectsRemain({ slots, plan }: Run): boolean {
  return slots.some(({ index, outcome, compensated, abandoned, cached, deduplicated }) => {
    if ((plan.flags[index]! & EXTERNAL) === 0) return compensated === false;
    if (abandoned) return true;
    return outcome?.status === "succeeded" && !cached && !deduplicated && compensated !== true;
  });
}
