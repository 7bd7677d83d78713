import { CarError } from "./car-error.js";

/** What kind of failure this is; it decides whether an attempt is worth repeating. */
export type ErrorClass = "invalid" | "denied" | "not_found" | "transient" | "terminal" | "timeout" | "canceled";

/** Facts a tool can attach to its failure. */
export interface ToolErrorOptions extends ErrorOptions {
  /** Default `terminal`. Anything thrown that is not a `ToolError` counts as `transient`. */
  readonly class?: ErrorClass;
  /** Wait at least this long before the next attempt, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Thrown by a tool to say what kind of failure happened. */
export class ToolError extends CarError {
  readonly code = "CAR_TOOL_FAILED";
  readonly class: ErrorClass;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ToolErrorOptions = {}) {
    super(message, options);
    this.class = options.class ?? "terminal";
    this.retryAfterMs = options.retryAfterMs;
  }
}
