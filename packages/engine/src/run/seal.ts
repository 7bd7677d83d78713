import type { RunScope } from "@car/ir/ports";
import { isThenable } from "./outcome.js";
import type { Services } from "./services.js";

/** What an end that is not a commit is sealed with. */
export interface Seal {
  readonly services: Pick<Services, "recorder" | "giveUp" | "logger">;
  readonly scope: RunScope;
  /** The log has taken every event of the end. */
  readonly isLogged: boolean;
}

/**
 * Makes sure, before somebody is told that a run was undone or refused, that recovery will not do it after all: its end is
 * where the log keeps it, or the store has noted that it was given up. Where nothing is recovered, nothing else happens.
 * @returns false when neither worked: then nobody may be told how the run ended.
 */
export function seal({ services, scope, isLogged }: Seal): boolean | Promise<boolean> {
  const { recorder, giveUp, logger } = services;
  const noted = (): boolean | Promise<boolean> => giveUp?.(scope.run_id) ?? true;
  if (!isLogged) return noted();
  const failed = (error: unknown): boolean | Promise<boolean> => {
    logger.error({ error, run_id: scope.run_id }, "the event log failed");
    return noted();
  };
  try {
    const flushed = recorder.log.flush();
    return isThenable(flushed) ? Promise.resolve(flushed).then(() => true, failed) : true;
  } catch (error) {
    return failed(error);
  }
}
