import { CarError } from "./car-error.js";

/** Another writer holds the memory's files; the message names it. */
export class MemoryLockedError extends CarError {
  readonly code = "CAR_MEMORY_LOCKED";
}
