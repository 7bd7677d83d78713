import { type ErrorClass, McpFailedError, ToolError } from "@car/ir";
import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import type { McpCall } from "./call-mcp-tool.js";
import { messageOf } from "./message-of.js";

/** What a failed request says: a class, and whether the connection itself is what failed. */
interface Failure {
  readonly class: ErrorClass;
  readonly message: string;
  readonly connection: boolean;
}

/** What an answer of the server with this JSON-RPC code means. Every other code is `terminal`. */
const ANSWERED = new Map<number, ErrorClass>([
  [ErrorCode.MethodNotFound, "not_found"],
  [ErrorCode.InvalidParams, "invalid"],
  [ErrorCode.InternalError, "transient"],
]);

/** What an HTTP status in the place of an answer means. Every other one leaves open whether the call had effect. */
const REFUSED = new Map<number, ErrorClass>([
  [400, "terminal"],
  [401, "denied"],
  [403, "denied"],
  [404, "not_found"],
  [429, "transient"],
  [503, "transient"],
]);

/**
 * The failed request as a tool's failure. When nobody knows whether the server acted (no answer, a lost connection, an
 * unreadable answer), the class is `timeout`: the one that keeps the runtime from blindly calling again.
 */
export function failureOf(error: unknown, call: McpCall, signal: AbortSignal): ToolError {
  const failure = signal.aborted
    ? canceled(call)
    : (answered(error, call) ?? refused(error) ?? unknownOutcome(error, call));
  const cause = failure.connection ? new McpFailedError(failure.message, { cause: error }) : error;
  return new ToolError(failure.message, { class: failure.class, cause });
}

function canceled({ tool }: McpCall): Failure {
  return { class: "canceled", message: `\`${tool}\` was canceled`, connection: false };
}

/** A JSON-RPC error that came from the server. The library uses two of the codes for its own purposes. */
function answered(error: unknown, { client }: McpCall): Failure | undefined {
  if (!(error instanceof McpError) || error.code === Number(ErrorCode.RequestTimeout)) return undefined;
  if (error.code === Number(ErrorCode.ConnectionClosed) && client.transport === undefined) return undefined;
  return { class: ANSWERED.get(error.code) ?? "terminal", message: messageOf(error), connection: false };
}

/** An HTTP answer without MCP in it, from a transport that speaks HTTP. */
function refused(error: unknown): Failure | undefined {
  const status = error instanceof Error && !(error instanceof McpError) && "code" in error ? error.code : undefined;
  const refusal = typeof status === "number" ? REFUSED.get(status) : undefined;
  return refusal && { class: refusal, message: messageOf(error), connection: true };
}

function unknownOutcome(error: unknown, call: McpCall): Failure {
  return { class: "timeout", message: `\`${call.tool}\`: ${whyUnknown(error, call)}`, connection: true };
}

function whyUnknown(error: unknown, { timeoutMs }: McpCall): string {
  if (!(error instanceof McpError)) return `no usable answer: ${messageOf(error)}`;
  if (error.code === Number(ErrorCode.RequestTimeout)) return `no answer within ${timeoutMs} ms`;
  return "the connection closed before the answer came";
}
