import { CarError } from "./car-error.js";

/** No model can do what was asked, or none has the name that was asked for; the message says what to install or which there are. */
export class NoModelError extends CarError {
  readonly code = "CAR_INFERENCE_NO_MODEL";
  readonly class = "not_found";
}
