import { CarError } from "./car-error.js";

/** Something that needs a runtime, or its store, for itself was asked for while a run is open. */
export class RuntimeBusyError extends CarError {
  readonly code = "CAR_RUNTIME_BUSY";
}
