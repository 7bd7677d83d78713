import { CarError } from "./car-error.js";

/** The call whose context was used is over, or was told to stop: nothing can be started with it any more. */
export class AttemptOverError extends CarError {
  readonly code = "CAR_ATTEMPT_OVER";
}
