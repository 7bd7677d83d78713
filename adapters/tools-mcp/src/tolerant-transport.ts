import { isSpecType, type JSONRPCMessage, type Transport } from "@modelcontextprotocol/client";
import { UNREAD } from "./mcp-client.js";

type OnMessage = NonNullable<Transport["onmessage"]>;
interface Result {
  readonly resultType?: unknown;
  readonly tools?: unknown;
  readonly content?: unknown;
  readonly structuredContent?: unknown;
}

/**
 * In the protocol of 2026 the official client refuses a whole list for one odd tool, and a result for one odd block, before anybody sees
 * them. Over this transport it gets what it takes, and what the server sent beside it.
 */
export function tolerant<T extends Transport>(transport: T): T {
  let handler: OnMessage | undefined;
  return Object.defineProperty(transport, "onmessage", {
    get: () => handler,
    set: (next: OnMessage | undefined) => {
      handler = next && ((message, extra) => next(acceptable(message) as typeof message, extra));
    },
  });
}

function acceptable(message: JSONRPCMessage): JSONRPCMessage {
  if (!("result" in message)) return message;
  const result = message.result as Result;
  // Only the new protocol names the kind of a result; of older ones the client asks nothing.
  if (result.resultType !== "complete") return message;
  if ("tools" in result && !isSpecType.ListToolsResult(result)) return beside(message, { ...result, tools: [] });
  const isOutput = "content" in result || "structuredContent" in result;
  return isOutput && !isSpecType.CallToolResult(result)
    ? beside(message, { resultType: "complete", content: [] })
    : message;
}

function beside(message: JSONRPCMessage & { readonly result: object }, result: object): JSONRPCMessage {
  return { ...message, result: { ...result, [UNREAD]: message.result } };
}
