import { type ErrorClass, McpFailedError, ToolError } from "@car/ir";
import type { McpCall } from "./call-mcp-tool.js";
import { messageOf } from "./message-of.js";

/** What a failed request says: a class, and whether the connection itself is what failed. */
interface Failure {
  readonly class: ErrorClass;
  readonly message: string;
  readonly connection: boolean;
}

/** What the errors of both official clients may have. They are read, and not imported: there are two of each, and copies. */
interface ClientError {
  readonly name: string;
  readonly code: string | number | undefined;
  /** HTTP status in the place of an answer. */
  readonly status: number | undefined;
  /** The system's code for a connection that could not be made. */
  readonly systemCode: string | undefined;
}

/** What an answer of the server with this JSON-RPC code means. Every other code is `terminal`. */
const ANSWERED = new Map<number, ErrorClass>([
  [-32_601, "not_found"],
  [-32_602, "invalid"],
  [-32_603, "transient"],
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

/** No connection came about, so nothing was sent. */
const UNREACHED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
/** JSON-RPC codes that the older client uses for what it found out itself. */
const OLD_CLOSED = -32_000;
const OLD_TIMEOUT = -32_001;

/**
 * The failed request as a tool's failure. When nobody knows whether the server acted (no answer, a lost connection, an
 * unreadable answer), the class is `timeout`: the one that keeps the runtime from blindly calling again.
 */
export function failureOf(error: unknown, call: McpCall, signal: AbortSignal): ToolError {
  const read = clientErrorOf(error);
  const failure = signal.aborted
    ? { class: "canceled" as const, message: `\`${call.tool}\` was canceled`, connection: false }
    : (answered(error, read, call) ?? unsent(error, read) ?? refused(error, read) ?? unknownOutcome(error, read, call));
  const cause = failure.connection ? new McpFailedError(failure.message, { cause: error }) : error;
  return new ToolError(failure.message, { class: failure.class, cause });
}

/** Whether a server over HTTP answered that it does not know the session (any more). */
export function isSessionLost(error: unknown): boolean {
  return clientErrorOf(error).status === 404;
}

function clientErrorOf(error: unknown): ClientError {
  if (!(error instanceof Error)) return { name: "", code: undefined, status: undefined, systemCode: undefined };
  const { code, status } = error as { code?: unknown; status?: unknown };
  const { code: systemCode } = (error.cause ?? {}) as { code?: unknown };
  const isCode = typeof code === "number" || typeof code === "string";
  const isOldStatus = typeof code === "number" && code >= 100;
  return {
    name: error.name,
    code: isCode && !isOldStatus ? code : undefined,
    status: typeof status === "number" ? status : isOldStatus ? code : undefined,
    systemCode: typeof systemCode === "string" ? systemCode : undefined,
  };
}

/** A JSON-RPC error that came from the server. */
function answered(error: unknown, { name, code }: ClientError, { client }: McpCall): Failure | undefined {
  if (typeof code !== "number") return undefined;
  const isOld = name === "McpError";
  if (isOld && (code === OLD_TIMEOUT || (code === OLD_CLOSED && client.transport === undefined))) return undefined;
  return { class: ANSWERED.get(code) ?? "terminal", message: messageOf(error), connection: false };
}

function unsent(error: unknown, { code, systemCode }: ClientError): Failure | undefined {
  const isUnsent = code === "NOT_CONNECTED" || (systemCode !== undefined && UNREACHED.has(systemCode));
  return isUnsent
    ? { class: "transient", message: `the server was not reached: ${messageOf(error)}`, connection: true }
    : undefined;
}

/** An HTTP answer without MCP in it, from a transport that speaks HTTP. */
function refused(error: unknown, { name, status }: ClientError): Failure | undefined {
  const refusal = name === "UnauthorizedError" ? "denied" : status === undefined ? undefined : REFUSED.get(status);
  return refusal && { class: refusal, message: messageOf(error), connection: true };
}

function unknownOutcome(error: unknown, read: ClientError, call: McpCall): Failure {
  return { class: "timeout", message: `\`${call.tool}\`: ${whyUnknown(error, read, call)}`, connection: true };
}

function whyUnknown(error: unknown, { name, code }: ClientError, { timeoutMs }: McpCall): string {
  const isOld = name === "McpError";
  if (code === "REQUEST_TIMEOUT" || (isOld && code === OLD_TIMEOUT)) return `no answer within ${timeoutMs} ms`;
  if (code === "CONNECTION_CLOSED" || isOld) return "the connection closed before the answer came";
  return `no usable answer: ${messageOf(error)}`;
}
