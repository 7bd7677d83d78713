import { LockTimeoutError, type ProposalResult } from "@car/ir";
import type { Lease } from "@car/ir/ports";
import { listen } from "./begin.js";
import { boundDuration } from "./bound-duration.js";
import { stopRun } from "./finish.js";
import type { Run } from "./run.js";
import { stopIfChanged } from "./state-versions.js";

/**
 * Takes a suspended run up: takes its locks again, compares what it had read, and lets the actions that waited ask once
 * more for their approvals. Actions that have ended do not run again.
 * @throws `LockTimeoutError`, the store's error (as rejections): then the run is suspended as before.
 */
export async function resumeRun(run: Run, signal: AbortSignal | undefined): Promise<ProposalResult> {
  listen(run, signal);
  try {
    run.ownExtras.lease = await relock(run);
  } catch (error) {
    // Who is canceled needs no locks: what it had changed is dropped.
    if (run.extras.canceledEarly === undefined) throw error;
  }
  return new Promise((resolve) => {
    run.reopen(resolve);
    run.record("proposal_resumed", undefined, { after: "approval" });
    const limit = run.budget?.budget.max_duration_ms;
    if (limit !== undefined) boundDuration(run, limit, Math.max(0, limit - run.extras.activeMs));
    const cause = run.extras.canceledEarly;
    if (cause !== undefined) stopRun(run, { kind: "cancel", cause });
    else stopIfChanged(run, run.extras.readVersions);
    if (run.stop === undefined) run.board.askAgain();
    run.host.drive(run);
  });
}

async function relock(run: Run): Promise<Lease | undefined> {
  const { reads, writes } = run.plan.locks;
  if ((reads.length === 0 && writes.length === 0) || run.extras.canceledEarly !== undefined) return undefined;
  const answer = run.host.store.acquire({ owner: run, reads, writes });
  if (!("lease" in answer)) return answer;
  const { lock_timeout_ms: ms } = run.config.limits;
  let isLate = false;
  const timer = run.host.timers.set(ms, () => {
    isLate = true;
    answer.cancel();
  });
  run.ownExtras.cancelLockWait = (cause) => {
    run.ownExtras.canceledEarly ??= cause;
    answer.cancel();
  };
  try {
    return await answer.lease;
  } catch (error) {
    if (isLate) throw new LockTimeoutError(`waited ${ms} ms for the locks of the suspended run`);
    throw error;
  } finally {
    timer.cancel();
    run.ownExtras.cancelLockWait = undefined;
  }
}
