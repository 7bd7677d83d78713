import { CarError } from "./car-error.js";

/** Something offered to a memory cannot be kept as it is (not JSON, too large, an unknown id or kind); nothing was changed. */
export class MemoryInvalidError extends CarError {
  readonly code = "CAR_MEMORY_INVALID";
}
