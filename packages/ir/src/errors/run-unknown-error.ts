import { CarError } from "./car-error.js";

/** No suspended run of this runtime has the id: it has ended, was resumed already, or never was. */
export class RunUnknownError extends CarError {
  readonly code = "CAR_RUN_UNKNOWN";
}
