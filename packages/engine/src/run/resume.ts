import { LockTimeoutError, type ProposalResult } from "@car/ir";
import type { Lease } from "@car/ir/ports";
import { boundDuration, listen } from "./begin.js";
import { drain } from "./drain.js";
import type { Run } from "./run.js";
import { changedSince } from "./state-versions.js";
import { stopRun } from "./stop-run.js";
import { awake } from "./suspend.js";

/**
 * Takes a suspended run up: takes its locks again, compares what it had read, and lets the actions that waited ask once
 * more for their approvals. Actions that have ended do not run again.
 * @throws `LockTimeoutError`, the store's error (as rejections): then the run is suspended as before.
 */
export async function resumeRun(run: Run, signal: AbortSignal | undefined): Promise<ProposalResult> {
  run.lease = await relock(run);
  return new Promise((resolve) => {
    run.reopen(resolve);
    run.record("proposal_resumed", undefined, { after: "approval" });
    if (signal?.aborted !== true) listen(run, signal);
    const limit = run.budget?.budget.max_duration_ms;
    if (limit !== undefined) boundDuration(run, limit, Math.max(0, limit - run.activeMs));
    stopIfChanged(run, run.readVersions);
    if (signal?.aborted === true) stopRun(run, { kind: "cancel", cause: { code: "canceled", message: CANCELED } });
    if (run.stop === undefined) awake(run);
    drain(run);
  });
}

const CANCELED = "the run was canceled while it waited for an approval";

/** What it had read is not what is there now: nothing of it may be committed. */
export function stopIfChanged(run: Run, versions: ReadonlyMap<string, number>): void {
  const keys = changedSince(run, versions);
  if (keys.length === 0) return;
  const names = keys.slice(0, MAX_NAMED).map((key) => `\`${key}\``);
  const message = `the state changed while the run waited for an approval: ${names.join(", ")}`;
  stopRun(run, { kind: "abort", cause: { code: "conflict", message, keys } });
}

const MAX_NAMED = 5;

async function relock(run: Run): Promise<Lease | undefined> {
  const { reads, writes } = run.plan.locks;
  if (reads.length === 0 && writes.length === 0) return undefined;
  const answer = run.services.store.acquire({ owner: run, reads, writes });
  if (!("lease" in answer)) return answer;
  const { lock_timeout_ms: ms } = run.config.limits;
  let isLate = false;
  const timer = run.services.timers.set(ms, () => {
    isLate = true;
    answer.cancel();
  });
  try {
    return await answer.lease;
  } catch (error) {
    if (isLate) throw new LockTimeoutError(`waited ${ms} ms for the locks of the suspended run`);
    throw error;
  } finally {
    timer.cancel();
  }
}
