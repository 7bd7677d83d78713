import { fromJsonSchema, McpServer } from "@modelcontextprotocol/server";

/** A server with a tool of each kind. */
export function eraServer(): McpServer {
  const server = new McpServer({ name: "era", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });
  const numbers = fromJsonSchema<{ a: number }>({
    type: "object",
    properties: { a: { type: "number" } },
    required: ["a"],
  });
  server.registerTool("say", { description: "Says hello." }, () => text("hello"));
  server.registerTool("double", { inputSchema: numbers, outputSchema: numbers }, ({ a }) => ({
    ...text(String(2 * a)),
    structuredContent: { a: 2 * a },
  }));
  server.registerTool("fail", {}, () => ({ ...text("no luck"), isError: true }));
  server.registerTool("work", {}, async (context) => {
    for (let progress = 1; progress <= 5; progress++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const progressToken = context.mcpReq._meta?.progressToken;
      if (progressToken === undefined) continue;
      await context.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 5 } });
    }
    return text("worked");
  });
  server.registerTool("hang", {}, () => new Promise<never>(() => undefined));
  return server;
}
