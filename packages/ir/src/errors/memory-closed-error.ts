import { CarError } from "./car-error.js";

/** A memory was used after `close()`. */
export class MemoryClosedError extends CarError {
  readonly code = "CAR_MEMORY_CLOSED";
}
