import { type ErrorClass, type JsonObject, type JsonValue, McpFailedError, ToolError } from "@car/ir";
import type { ToolContext } from "@car/ir/ports";
import { type CallToolResult, CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { failureOf } from "./failure-of.js";
import type { McpClient } from "./mcp-client.js";
import { bounded } from "./message-of.js";

/** The classes that a server may give its own failure. Whether a call was canceled is for this side to know. */
const CLASSES: readonly ErrorClass[] = ["invalid", "denied", "not_found", "transient", "terminal", "timeout"];

/** Which tool of which server, and how long its answer is waited for. */
export interface McpCall {
  readonly client: McpClient;
  /** The server's own name for it. */
  readonly tool: string;
  readonly timeoutMs: number;
}

/**
 * Calls the tool and returns its structured content, else its text, else its content blocks. The attempt's signal
 * cancels the request at the server too; `timeoutMs` bounds the wait in any case.
 * @throws `ToolError` for everything that can go wrong, with the class that says whether the call may have had effect.
 */
export async function callMcpTool(call: McpCall, parameters: JsonObject, context: ToolContext): Promise<JsonValue> {
  const { client, tool, timeoutMs } = call;
  if (client.transport === undefined) throw notConnected(tool);

  const params = { name: tool, arguments: { ...parameters }, _meta: metaOf(context) };
  const options = { signal: context.signal, timeout: timeoutMs };
  const result = await client
    .request({ method: "tools/call", params }, CallToolResultSchema, options)
    .catch((error: unknown) => {
      throw failureOf(error, call, context.signal);
    });
  if (result.isError === true) throw reportedFailure(result);
  return outputOf(result);
}

/** Lets a server join the trace and tell a repeated call from a new one. */
function metaOf({ traceparent, idempotencyKey }: ToolContext): Record<string, string> {
  return { traceparent, "car/idempotency-key": idempotencyKey };
}

function notConnected(tool: string): ToolError {
  const message = `\`${tool}\` was not called: the MCP client is not connected`;
  return new ToolError(message, { class: "transient", cause: new McpFailedError(message) });
}

/** The answer came from JSON text, so what it holds is JSON whatever the library's types say. */
function outputOf({ structuredContent, content }: CallToolResult): JsonValue {
  if (structuredContent !== undefined) return structuredContent as JsonObject;
  return textOf(content) ?? (content as unknown as JsonValue);
}

/** The text of a content that is nothing but text. */
function textOf(content: CallToolResult["content"]): string | undefined {
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return texts.length === content.length ? texts.join("\n") : undefined;
}

/** Few servers say what kind of failure it is; those that do put it beside the text or into the structured content. */
function reportedFailure(result: CallToolResult): ToolError {
  const text = textOf(result.content) ?? JSON.stringify(result.content);
  const message = bounded(text === "" ? "the tool reported an error without saying which" : text);
  const said = result.structuredContent?.["class"] ?? result["class"];
  return new ToolError(message, { class: CLASSES.find((known) => known === said) ?? "terminal" });
}
