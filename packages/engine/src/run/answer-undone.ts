import type { ProposalResult } from "@car/ir";
import { isThenable } from "./outcome.js";
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
    void giveUp(run).then((isNoted) => {
      if (!isNoted) return run.disown();
      run.answer({ ...result, ...unsureOf(result) });
    });
  });
}

async function giveUp({ host, scope, broken }: Run): Promise<boolean> {
  try {
    // Whoever has fenced this process off decides about the run, and may have done so.
    if (host.giveUpRun === undefined) return false;
    const noted = host.giveUpRun(scope.run_id);
    return isThenable(noted) ? await noted : noted;
  } catch (error) {
    host.logger.error({ error, broken, run_id: scope.run_id }, "a run could not be given up");
    return false;
  }
}

/** What may have been left is for recovery to undo; what will come of that is not known here. */
function unsureOf({ external_effects }: ProposalResult): Partial<ProposalResult> {
  return external_effects === "none" ? {} : { external_effects: "unknown", external_effects_remain: true };
}
