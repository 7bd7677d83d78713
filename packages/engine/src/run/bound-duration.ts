import { stopRun } from "./finish.js";
import type { Run } from "./run.js";

/** Spends the budget of time after `leftMs`. */
export function boundDuration(run: Run, limitMs: number, leftMs = limitMs): void {
  run.ownExtras.durationTimer = run.host.timers.set(leftMs, () => {
    // After an abort everything has been told already; after another limit what is in flight has not.
    if (!run.isActive || (run.stop !== undefined && run.stop.kind !== "budget")) return;
    run.tick();
    const message = `the budget's \`max_duration_ms\` of ${limitMs} ms is used up`;
    run.record("budget_exceeded", undefined, { limit: "max_duration_ms" });
    stopRun(run, {
      kind: "budget",
      cause: { code: "budget_exceeded", message, limit: "max_duration_ms" },
      tellsCalls: true,
    });
    run.host.drive(run);
  });
}
