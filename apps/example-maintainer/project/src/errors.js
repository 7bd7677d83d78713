/** Thrown for text that is no duration and for units that do not exist. */
export class DurationError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "DurationError";
  }
}
