import { isThenable } from "../run/outcome.js";
import type { Run } from "../run/run.js";

/**
 * Makes what was recorded outlive the process, under a log that does: before a call that cannot simply be forgotten, so that
 * recovery knows of it (7.3), and after it, so that recovery knows what came of it. Never rejects: a log that cannot
 * write breaks the run.
 */
export function secure(run: Run): Promise<void> | undefined {
  const { log } = run.host.recorder;
  if (!log.supports.durable) return undefined;
  try {
    const flushed = log.flush("action");
    if (!isThenable(flushed)) return undefined;
    return Promise.resolve(flushed).catch((error: unknown) => run.breakLog(error));
  } catch (error) {
    run.breakLog(error);
    return Promise.resolve();
  }
}
