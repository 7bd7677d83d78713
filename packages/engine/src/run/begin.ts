import type { JsonObject, ProposalReceivedData, Reason } from "@car/ir";
import { CarError } from "@car/ir";
import type { Lease, LockWait } from "@car/ir/ports";
import { deniedPlan } from "../flow/denied-plan.js";
import { goOn } from "../recovery/go-on.js";
import { deniedCompensations } from "../undo/denied-compensations.js";
import { drain } from "./drain.js";
import { isThenable } from "./outcome.js";
import { refuse } from "./refuse.js";
import type { Run } from "./run.js";
import { stopRun } from "./stop-run.js";

const NO_REASONS: readonly Reason[] = Object.freeze([]);

/** Logs the proposal, takes the locks, checks what needs them, and starts the run. Never throws. */
export function begin(run: Run, signal: AbortSignal | undefined): void {
  recordReceived(run);
  if (run.broken !== undefined) return refuse(run, { reasons: [run.broken], isFound: run.recovery !== undefined });
  if (signal?.aborted === true) return refuse(run, { reasons: [canceledReason(signal)], status: "canceled" });
  const { reads, writes } = run.plan.locks;
  if (reads.length === 0 && writes.length === 0) return start(run, signal);
  let answer: Lease | LockWait;
  try {
    answer = run.services.store.acquire({ owner: run, reads, writes });
  } catch (error) {
    return refuse(run, { reasons: [lockReason(error)] });
  }
  if ("lease" in answer) return waitForLocks(run, signal, answer);
  run.lease = answer;
  start(run, signal);
}

function recordReceived(run: Run): void {
  const { plan, config, parent } = run;
  const data: Writable<ProposalReceivedData> = {
    proposal: plan.proposal as unknown as JsonObject,
    proposal_hash: plan.hash,
    principal: run.principal,
    config_version: config.version,
    policy_version: config.policy?.version ?? null,
  };
  if (parent !== undefined) {
    data.parent_run_id = parent.scope.run_id;
    data.parent_action_id = parent.plan.actionIds[run.parentAction]!;
  }
  if (run.replaces !== undefined) data.replaces = run.replaces;
  if (run.session !== undefined) data.session_id = run.session.id;
  const context = run.flow?.context;
  if (context !== undefined && context.length > 0) data.context_labels = context;
  run.record("proposal_received", undefined, data);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function waitForLocks(run: Run, signal: AbortSignal | undefined, wait: LockWait): void {
  const { lock_timeout_ms: ms } = run.config.limits;
  let reason: Reason = { code: "lock_timeout", message: `waited ${ms} ms for the locks`, keys: run.plan.locks.writes };
  const timer = run.services.timers.set(ms, () => wait.cancel());
  const onAbort = (): void => {
    reason = canceledReason(signal!);
    wait.cancel();
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  run.cancelLockWait = (cause) => {
    reason = cause;
    wait.cancel();
  };
  const leave = (): void => {
    timer.cancel();
    signal?.removeEventListener("abort", onAbort);
    run.cancelLockWait = undefined;
    run.tick();
  };
  wait.lease.then(
    (lease) => {
      leave();
      run.lease = lease;
      start(run, signal);
    },
    (error: unknown) => {
      leave();
      const canceled = CarError.isInstance(error) && error.code === "CAR_LOCK_CANCELED";
      const cause = canceled ? reason : lockReason(error);
      refuse(run, { reasons: [cause], status: cause.code === "canceled" ? "canceled" : "rejected" });
    },
  );
}

function start(run: Run, signal: AbortSignal | undefined): void {
  if (run.recovery?.recorded.admitted === true) return admit(run, signal, NO_REASONS);
  try {
    const late = lateProblems(run);
    if (late.length > 0) return refuse(run, { reasons: late });
  } catch (error) {
    run.break("the state store failed", error);
    return refuse(run, { reasons: [run.broken!] });
  }
  const denied = deniedByPolicy(run);
  if (!isThenable(denied)) return admit(run, signal, denied);
  void denied.then((reasons) => {
    run.tick();
    if (signal?.aborted === true) refuse(run, { reasons: [canceledReason(signal)], status: "canceled" });
    else admit(run, signal, reasons);
  });
}

/** What the policy says against the proposal before anything of it runs. */
function deniedByPolicy(run: Run): readonly Reason[] | Promise<readonly Reason[]> {
  const plan = deniedPlan(run);
  const compensations = deniedCompensations(run);
  if (isThenable(plan) || isThenable(compensations)) {
    return Promise.all([plan, compensations]).then((reasons) => reasons.flat());
  }
  return plan.length === 0 ? compensations : [...plan, ...compensations];
}

function admit(run: Run, signal: AbortSignal | undefined, denied: readonly Reason[]): void {
  if (denied.length > 0) return refuse(run, { reasons: denied });
  run.record("proposal_admitted", undefined, undefined);
  listen(run, signal);
  const limit = run.budget?.budget.max_duration_ms;
  if (limit !== undefined) boundDuration(run, limit);
  const { slots } = run;
  const { unscheduled } = run.plan.graph;
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index]!;
    if (unscheduled.size > 0 && unscheduled.has(index)) continue;
    run.open++;
    if (slot.waiting > 0 || run.recovery !== undefined) continue;
    slot.phase = "ready";
    run.ready.push(index);
  }
  if (run.recovery === undefined) drain(run);
  else goOn(run, run.recovery);
}

/** A dependency that only a later action supplies, and that the state does not hold, can never be met. */
function lateProblems(run: Run): readonly Reason[] {
  const { late } = run.plan.graph;
  if (late.length === 0) return NO_REASONS;
  const ids = run.plan.actionIds;
  return late
    .filter(({ key }) => run.state.newest(key) === undefined)
    .map(({ action, key, writer }) => ({
      code: "invalid" as const,
      action_id: ids[action]!,
      keys: [key],
      message: `\`${ids[action]!}\` depends on state key \`${key}\`, which only the later action \`${ids[writer]!}\` writes`,
    }));
}

/** Cancels the run when the signal says so. */
export function listen(run: Run, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const onAbort = (): void => cancelRun(run, canceledReason(signal));
  signal.addEventListener("abort", onAbort, { once: true });
  run.detachSignal = () => signal.removeEventListener("abort", onAbort);
}

/** Gives a run up, at whatever point it is. */
export function cancelRun(run: Run, cause: Reason): void {
  if (run.cancelLockWait !== undefined) return run.cancelLockWait(cause);
  if (run.settled) return;
  run.tick();
  stopRun(run, { kind: "cancel", cause });
  drain(run);
}

/** Spends the budget of time after `leftMs`. */
export function boundDuration(run: Run, limitMs: number, leftMs = limitMs): void {
  run.durationTimer = run.services.timers.set(leftMs, () => {
    // After an abort everything has been told already; after another limit what is in flight has not.
    if (run.settled || (run.stop !== undefined && run.stop.kind !== "budget")) return;
    run.tick();
    const message = `the budget's \`max_duration_ms\` of ${limitMs} ms is used up`;
    const cause: Reason = { code: "budget_exceeded", message, limit: "max_duration_ms" };
    run.record("budget_exceeded", undefined, { limit: "max_duration_ms" });
    stopRun(run, { kind: "budget", cause, signalInFlight: true });
    drain(run);
  });
}

function canceledReason({ reason }: AbortSignal): Reason {
  const detail = reason instanceof Error && reason.message !== "" ? reason.message : "the signal was aborted";
  return { code: "canceled", message: detail };
}

function lockReason(error: unknown): Reason {
  if (CarError.isInstance(error) && error.code === "CAR_LOCK_NESTED") {
    const keys = (error as { readonly keys?: readonly string[] }).keys ?? [];
    return { code: "nested_conflict", message: error.message, keys };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "store_error", message: `the state store failed: ${message}` };
}
