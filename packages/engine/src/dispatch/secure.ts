import { EXTERNAL } from "../plan/plan-flags.js";
import { isThenable } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** True for a call that cannot simply be forgotten, under a log that outlives the process. */
export function leavesTraces(run: Run, { index }: Pick<Slot, "index">): boolean {
  return run.services.recorder.log.supports.durable && (run.plan.flags[index]! & EXTERNAL) !== 0;
}

/**
 * Makes what was recorded outlive the process: before such a call, so that recovery knows of it (7.3), and after it, so
 * that recovery knows what came of it. Never rejects: a log that cannot write breaks the run.
 */
export function secure(run: Run): Promise<void> | undefined {
  try {
    const flushed = run.services.recorder.log.flush("action");
    if (!isThenable(flushed)) return undefined;
    return Promise.resolve(flushed).catch((error: unknown) => run.breakLog(error));
  } catch (error) {
    run.breakLog(error);
    return Promise.resolve();
  }
}
