import { CarError } from "./car-error.js";

/** A checkpoint is none, has another version, is cut off, or was changed. Nothing was restored. */
export class CheckpointInvalidError extends CarError {
  readonly code = "CAR_CHECKPOINT_INVALID";
}
