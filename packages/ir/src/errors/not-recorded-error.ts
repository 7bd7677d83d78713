import { CarError } from "./car-error.js";

/** A scripted or replaying model was asked something that its script or recording does not hold. Nothing live was asked. */
export class NotRecordedError extends CarError {
  readonly code = "CAR_INFERENCE_NOT_RECORDED";
  readonly class = "terminal";
}
