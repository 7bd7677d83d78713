import { CarError } from "./car-error.js";

/** `execute` or a registration was called on a runtime that is closing or closed. */
export class RuntimeClosedError extends CarError {
  readonly code = "CAR_RUNTIME_CLOSED";
}
