import { CarError } from "./car-error.js";

/** Where a stored log is damaged, as far as that is known. */
export interface LogPlace {
  /** File name of the segment, of a log that is kept in segments. */
  readonly segment?: string;
  /** Line of the file, from 1. */
  readonly line?: number;
  /** Sequence of the event that should be there. */
  readonly seq?: number;
}

/** A stored log does not read back; the message names the place, `place` has it for programs. */
export class LogCorruptError extends CarError {
  readonly code = "CAR_LOG_CORRUPT";
  readonly place: LogPlace;

  constructor(message: string, { place = {}, ...options }: ErrorOptions & { readonly place?: LogPlace } = {}) {
    super(message, options);
    this.place = place;
  }
}
