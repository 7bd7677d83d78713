import { CarError } from "./car-error.js";

/** The state store's medium refused a commit (`cause` says why). Nothing of the commit was applied. */
export class StoreWriteError extends CarError {
  readonly code = "CAR_STORE_WRITE_FAILED";
}
