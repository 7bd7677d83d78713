import { type JsonObject, type JsonValue, McpFailedError, ToolError } from "@car/ir";
import type { CompiledSchema, ToolContext } from "@car/ir/ports";
import { failureOf } from "./failure-of.js";
import { type McpClient, requestRaw } from "./mcp-client.js";
import { readResult } from "./read-result.js";

/** Which tool of which server, and how long its answer is waited for. */
export interface McpCall {
  readonly client: McpClient;
  /** The server's own name for it. */
  readonly tool: string;
  readonly timeoutMs: number;
  /** The tool's output schema, if it has one. */
  readonly returns?: CompiledSchema | undefined;
}

/** A call that tells of its progress may take this many times `timeoutMs` in all. */
const MAX_EXTENSION = 60;

/**
 * Calls the tool and returns what `readResult` finds in the answer. The attempt's signal cancels the request at the server too;
 * `timeoutMs` bounds the wait for an answer or for the next sign of progress.
 * @throws `ToolError` for everything that can go wrong, with the class that says whether the call may have had effect.
 */
export async function callMcpTool(call: McpCall, parameters: JsonObject, context: ToolContext): Promise<JsonValue> {
  const { client, tool, timeoutMs, returns } = call;
  if (client.transport === undefined) throw notConnected(tool);

  const params = { name: tool, arguments: { ...parameters }, _meta: metaOf(context) };
  const answer = await requestRaw(
    client,
    { method: "tools/call", params },
    {
      signal: context.signal,
      timeout: timeoutMs,
      maxTotalTimeout: timeoutMs * MAX_EXTENSION,
      resetTimeoutOnProgress: true,
      onprogress: (progress) => context.logger.debug({ tool, ...progress }, "progress of an MCP tool"),
    },
  ).catch((error: unknown) => {
    throw failureOf(error, call, context.signal);
  });
  return readResult(answer, returns);
}

/** Lets a server join the trace and tell a repeated call from a new one. */
function metaOf({ traceparent, idempotencyKey }: ToolContext): Record<string, string> {
  return { traceparent, "car/idempotency-key": idempotencyKey };
}

function notConnected(tool: string): ToolError {
  const message = `\`${tool}\` was not called: the MCP client is not connected`;
  return new ToolError(message, { class: "transient", cause: new McpFailedError(message) });
}
