import { type ProposalResult, RunUnknownError } from "@car/ir";
import { cancelRun } from "../run/cancel-run.js";
import type { OpenRuns } from "../run/open-runs.js";
import { resumeRun } from "../run/resume.js";
import { NOBODY, type Run } from "../run/run.js";

/** The runs of a runtime that wait for approvals. */
export class SuspendedRuns {
  private readonly runs = new Map<string, Run>();
  /** Runs that do not wait, or not for approvals. */
  readonly open: OpenRuns;

  constructor(open: OpenRuns) {
    this.open = open;
  }

  get size(): number {
    return this.runs.size;
  }

  /** Ids, the longest suspended first. */
  ids(): readonly string[] {
    return [...this.runs.keys()];
  }

  /** Takes a run in that has just been suspended. */
  add(run: Run): void {
    this.open.delete(run);
    this.runs.set(run.scope.run_id, run);
  }

  /** @throws `RunUnknownError` and as `resumeRun` (as rejections). */
  async resume(runId: string, signal: AbortSignal | undefined): Promise<ProposalResult> {
    const run = this.runs.get(runId);
    if (run === undefined) throw new RunUnknownError(`no suspended run has the id \`${runId}\``);
    this.runs.delete(runId);
    this.open.add(run);
    try {
      return await resumeRun(run, signal);
    } catch (error) {
      // It could not be taken up, and waits on; otherwise it has ended, without an answer.
      if (run.phase === "suspended") this.putBack(run);
      throw error;
    }
  }

  private putBack(run: Run): void {
    run.ownExtras.detachSignal?.();
    run.ownExtras.detachSignal = undefined;
    this.add(run);
  }

  /** Gives all of them up, and undoes what they did. */
  cancelAll(message: string): void {
    for (const run of [...this.runs.values()]) {
      this.runs.delete(run.scope.run_id);
      this.open.add(run);
      run.reopen(NOBODY);
      cancelRun(run, { code: "canceled", message });
    }
  }
}
