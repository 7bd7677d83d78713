import { CarError } from "./car-error.js";

/** The log holds runs that an earlier process did not finish; `recover()` decides about them before anything else runs. */
export class RecoveryRequiredError extends CarError {
  readonly code = "CAR_RECOVERY_REQUIRED";
}
