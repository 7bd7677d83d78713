import { CarError } from "./car-error.js";

/** Another process took the log over while this one was taken for dead. What was not confirmed before may be lost. */
export class LogFencedError extends CarError {
  readonly code = "CAR_LOG_FENCED";
}
