import { CarError } from "./car-error.js";

/** What a durable state store kept is not as it was written. Nothing was changed; restore the file. */
export class StoreCorruptError extends CarError {
  readonly code = "CAR_STORE_CORRUPT";
}
