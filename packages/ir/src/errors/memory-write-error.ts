import { CarError } from "./car-error.js";

/** The memory's medium refused a write (`cause` says why). What was flushed before is kept. */
export class MemoryWriteError extends CarError {
  readonly code = "CAR_MEMORY_WRITE_FAILED";
}
