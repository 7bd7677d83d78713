import { followPause } from "../session/follow-end.js";
import { stopRun } from "./finish.js";
import { isThenable } from "./outcome.js";
import { buildResult } from "./result.js";
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
  if (run.broken !== undefined) return stay(run);
  try {
    const flushed = run.host.recorder.log.flush();
    if (!isThenable(flushed)) return leave(run);
    flushed.then(
      () => leave(run),
      (error: unknown) => {
        run.breakLog(error);
        stay(run);
      },
    );
  } catch (error) {
    run.breakLog(error);
    stay(run);
  }
}

/** What is not in the log cannot be waited for. */
function stay(run: Run): void {
  run.wake();
  stopRun(run, { kind: "abort", cause: run.broken! });
  run.host.drive(run);
}

function leave(run: Run): void {
  run.answerSuspended(buildResult(run, "suspended"));
}
