import { CarError } from "./car-error.js";

/** The state store was used after `close()`. */
export class StoreClosedError extends CarError {
  readonly code = "CAR_STORE_CLOSED";
}
