import { CarError } from "./car-error.js";

/** A stored memory does not read back; the message names the file and the line. */
export class MemoryCorruptError extends CarError {
  readonly code = "CAR_MEMORY_CORRUPT";
}
