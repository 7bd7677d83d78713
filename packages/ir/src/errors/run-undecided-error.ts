import { CarError } from "./car-error.js";

/**
 * The log failed before it could confirm how a run ended, and nothing else could be noted about it: the run may have
 * committed, and it may not. `recover()` of the next process that opens the store decides, and tells.
 */
export class RunUndecidedError extends CarError {
  readonly code = "CAR_RUN_UNDECIDED";
  /** Of the run, as `recover()` will name it. */
  readonly runId: string;

  constructor(runId: string, options?: ErrorOptions) {
    super(
      `the end of run \`${runId}\` could not be confirmed; \`recover()\` decides it when the store is opened again`,
      options,
    );
    this.runId = runId;
  }
}
