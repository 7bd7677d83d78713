import { CarError } from "./car-error.js";

/** A stored log does not read back; the message names the line or sequence. */
export class LogCorruptError extends CarError {
  readonly code = "CAR_LOG_CORRUPT";
}
