import { CarError } from "./car-error.js";

/** The log's medium refused a write (`cause` says why). Nothing after the last whole event is kept. */
export class LogWriteError extends CarError {
  readonly code = "CAR_LOG_WRITE_FAILED";
}
