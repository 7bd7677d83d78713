import { CarError } from "./car-error.js";

/** An option given to a constructor is wrong; the message names the option and what it may be. */
export class ConfigInvalidError extends CarError {
  readonly code = "CAR_CONFIG_INVALID";
}
