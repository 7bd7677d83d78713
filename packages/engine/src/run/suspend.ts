import { isThenable } from "./outcome.js";
import { drain } from "./drain.js";
import { buildResult } from "./result.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";
import { stopRun } from "./stop-run.js";
import { versionsOf } from "./state-versions.js";

/** Takes an action out of flight until somebody has approved it. It may still undo the batch, as a call under way may. */
export function awaitApproval(run: Run, slot: Slot): void {
  run.inFlight--;
  slot.phase = "ready";
  run.awaiting++;
  slot.unpark = () => {
    slot.unpark = undefined;
    run.awaiting--;
    run.ready.ended(slot.index);
  };
  slot.release?.();
  slot.release = undefined;
}

/** Lets the actions that waited for approvals start again. */
export function awake(run: Run): void {
  for (const slot of run.slots) {
    if (!isAwaiting(slot)) continue;
    slot.unpark!();
    run.ready.push(slot.index);
  }
}

/** While a run waits for approvals only, no action waits for anything else. */
function isAwaiting({ phase, unpark, approvalId }: Slot): boolean {
  return phase === "ready" && unpark !== undefined && approvalId !== undefined;
}

/** Puts a run down that only waits for approvals: what it has done is in the log, its locks are given back. */
export function suspend(run: Run): void {
  run.suspended = true;
  run.activeMs += run.time - run.activeSince;
  run.durationTimer?.cancel();
  run.durationTimer = undefined;
  run.detachSignal?.();
  run.detachSignal = undefined;
  const waiting = run.slots
    .filter(isAwaiting)
    .map(({ action, approvalId }) => ({ action_id: action.id, approval_id: approvalId! }));
  run.readVersions = versionsOf(run);
  run.record("proposal_suspended", undefined, { waiting, versions: Object.fromEntries(run.readVersions) });
  if (run.broken !== undefined) return giveUp(run);
  try {
    const flushed = run.services.recorder.log.flush();
    if (!isThenable(flushed)) return leave(run);
    flushed.then(
      () => leave(run),
      (error: unknown) => {
        run.breakLog(error);
        giveUp(run);
      },
    );
  } catch (error) {
    run.breakLog(error);
    giveUp(run);
  }
}

/** What is not in the log cannot be waited for. */
function giveUp(run: Run): void {
  run.suspended = false;
  stopRun(run, { kind: "abort", cause: run.broken! });
  drain(run);
}

function leave(run: Run): void {
  const result = buildResult(run, "suspended");
  run.state.release();
  run.lease?.release();
  run.lease = undefined;
  run.answerSuspended(result);
}
