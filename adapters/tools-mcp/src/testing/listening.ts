import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, type McpServerFactory } from "@modelcontextprotocol/server";

/** An HTTP server on a port of its own, and the address below which it has MCP. */
export async function listening(listener: RequestListener): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, server };
}

/** The official server, as a listener. */
export function mcpListener(
  factory: McpServerFactory,
  options: Parameters<typeof createMcpHandler>[1] = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const handler = toNodeHandler(createMcpHandler(factory, options));
  return (request, response) => void handler(request as Parameters<typeof handler>[0], response);
}
