import { CarError } from "./car-error.js";

/** The event log was used after `close()`. */
export class LogClosedError extends CarError {
  readonly code = "CAR_LOG_CLOSED";
}
