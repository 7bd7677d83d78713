import { CarError } from "./car-error.js";

/** A replay needs a payload that was erased, or that the log shows only redacted. */
export class PayloadErasedError extends CarError {
  readonly code = "CAR_LOG_PAYLOAD_ERASED";
  /** Sequence of the event. */
  readonly seq: number;

  constructor(seq: number) {
    super(`payload_erased: the payload of event ${seq} is gone or redacted`);
    this.seq = seq;
  }
}
