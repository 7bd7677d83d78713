import type { ProposalResult } from "@car/ir";
import type { Host } from "./host.js";
import type { Run } from "./run.js";

/**
 * Answers a run that did not commit, once its log has that. Where the log cannot take it and another process will read
 * the log, the answer must not be contradicted later: either it is noted that the run has been given up, or no answer is
 * given but that the outcome is not decided.
 */
export function answerUndone(run: Run, result: ProposalResult): void {
  run.host.recorder.flushThen((error) => {
    if (error !== undefined) run.breakLog(error);
    if (!run.isDisowned) return run.answer(result);
    void giveUp(run.host, run.scope.run_id).then((isNoted) => {
      if (!isNoted) return run.disown();
      run.answer({ ...result, ...unsureOf(result) });
    });
  });
}

/** Whether it could be noted that a run was answered as undone, so that recovery will not do it after all. Never rejects. */
export async function giveUp(
  { giveUpRun, logger }: Pick<Host, "giveUpRun" | "logger">,
  runId: string,
): Promise<boolean> {
  try {
    // Without a store of marks whoever has fenced this process off decides about the run, and may have done so.
    return giveUpRun !== undefined && (await giveUpRun(runId));
  } catch (error) {
    logger.error({ error, run_id: runId }, "a run could not be given up");
    return false;
  }
}

/** What may have been left is for recovery to undo; what will come of that is not known here. */
function unsureOf({ external_effects }: ProposalResult): Partial<ProposalResult> {
  return external_effects === "none" ? {} : { external_effects: "unknown", external_effects_remain: true };
}
