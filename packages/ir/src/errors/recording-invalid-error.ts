import { CarError } from "./car-error.js";

/** A recording of calls is none, has another version, or was changed. */
export class RecordingInvalidError extends CarError {
  readonly code = "CAR_RECORDING_INVALID";
}
