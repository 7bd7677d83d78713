import { CarError } from "./car-error.js";

/** The log failed, so that how the run ends is decided by `recover()`, not by this process. */
export class RunUndecidedError extends CarError {
  readonly code = "CAR_RUN_UNDECIDED";
  readonly runId: string;

  constructor(runId: string, why: string) {
    super(`what becomes of run ${runId} is decided by \`recover()\`: ${why}`);
    this.runId = runId;
  }
}
