import type { Reason } from "@car/ir";
import { stopRun } from "./finish.js";
import type { Run } from "./run.js";

/** Gives a run up, at whatever point it is. One that is settling or has been answered takes no notice. */
export function cancelRun(run: Run, cause: Reason): void {
  if (run.extras.cancelLockWait !== undefined) return run.extras.cancelLockWait(cause);
  if (run.phase === "open" || run.phase === "suspended") return void (run.ownExtras.canceledEarly ??= cause);
  if (!run.isActive) return;
  run.tick();
  stopRun(run, { kind: "cancel", cause });
  run.host.drive(run);
}
