import type { Unsuccessful } from "../run/outcome.js";

/** Thrown in the place of a tool's code when a log is executed again: the outcome as it was, not to be judged anew. */
export class RecordedFailure extends Error {
  readonly outcome: Unsuccessful;

  constructor(outcome: Unsuccessful) {
    super(outcome.reason.message);
    this.outcome = outcome;
  }
}
