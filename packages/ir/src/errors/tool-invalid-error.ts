import { CarError } from "./car-error.js";

/** A tool cannot be registered as it is written; the message names the tool and the field. */
export class ToolInvalidError extends CarError {
  readonly code = "CAR_TOOL_INVALID";
}
