import { CarError } from "./car-error.js";

/** A call that no recording has. It was not made: whoever replays never goes live. */
export class RecordingMissedError extends CarError {
  readonly code = "CAR_RECORDING_MISSED";
  readonly tool: string;

  constructor(tool: string, message: string) {
    super(message);
    this.tool = tool;
  }
}
