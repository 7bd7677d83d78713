import { followPause } from "../session/follow-end.js";
import { stopRun } from "./finish.js";
import { isThenable } from "./outcome.js";
import { buildResult } from "./result.js";
import type { Stop } from "./run-extras.js";
import type { Run } from "./run.js";
import { versionsOf } from "./state-versions.js";

/** Puts a run down that only waits for approvals: what it has done is in the log, its locks are given back. */
export function suspend(run: Run): void {
  const versions = versionsOf(run);
  run.suspend(versions);
  const waiting = run.board.slots
    .filter(({ phase }) => phase === "waiting_for_approval")
    .map(({ action, notes }) => ({ action_id: action.id, approval_id: notes!.approval!.requestId! }));
  run.record("proposal_suspended", undefined, { waiting, versions: Object.fromEntries(versions) });
  followPause(run);
  if (run.broken !== undefined) return leave(run);
  try {
    const flushed = run.host.recorder.log.flush();
    if (!isThenable(flushed)) return leave(run);
    flushed.then(
      () => leave(run),
      (error: unknown) => lose(run, error),
    );
  } catch (error) {
    lose(run, error);
  }
}

function lose(run: Run, error: unknown): void {
  run.breakLog(error);
  leave(run);
}

/** What is not in the log cannot be waited for, and who was canceled meanwhile waits for nothing. */
function leave(run: Run): void {
  const { broken, extras } = run;
  if (broken !== undefined) return stay(run, { kind: "abort", cause: broken });
  if (extras.canceledEarly !== undefined) return stay(run, { kind: "cancel", cause: extras.canceledEarly });
  run.answerSuspended(buildResult(run, "suspended"));
}

function stay(run: Run, stop: Stop): void {
  run.wake();
  stopRun(run, stop);
  run.host.drive(run);
}
