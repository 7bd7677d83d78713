import { CarError } from "./car-error.js";

/** Another live process writes the log. The message names it; `owner` is what it said of itself. */
export class LogLockedError extends CarError {
  readonly code = "CAR_LOG_LOCKED";
  /** Facts such as `pid` and `host`; absent when the owner had not written them yet. */
  readonly owner: Readonly<Record<string, unknown>> | undefined;

  constructor(message: string, owner?: Readonly<Record<string, unknown>>) {
    super(message);
    this.owner = owner;
  }
}
