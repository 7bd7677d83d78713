import { CarError } from "./car-error.js";

/**
 * An MCP server could not be started, is gone, did not answer in time, or answered something that is not MCP. The
 * message says which; `cause` is the client library's own error.
 */
export class McpFailedError extends CarError {
  readonly code = "CAR_MCP_FAILED";
}
