import type { ToolContext } from "@car/ir/ports";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CallToolRequestSchema, ListToolsRequestSchema, type Result } from "@modelcontextprotocol/sdk/types.js";

/** How a server under test answers; both get the request's parameters. */
export interface Answers {
  readonly list?: (params: { readonly cursor?: string | undefined }) => Result | Promise<Result>;
  readonly call?: (params: CallParams, signal: AbortSignal) => Result | Promise<Result>;
}

/** What a server is asked when a tool is called. */
export interface CallParams {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
  readonly _meta?: Readonly<Record<string, unknown>> | undefined;
}

/** A real server and a real client, joined in memory. */
export async function connectedTo(answers: Answers): Promise<{ readonly client: Client; readonly server: McpServer }> {
  const server = new McpServer({ name: "under-test", version: "1.0.0" }, { capabilities: { tools: {} } });
  const { list = () => ({ tools: [toolNamed("echo")] }), call = () => textResult("done") } = answers;
  server.server.setRequestHandler(ListToolsRequestSchema, ({ params }) => list(params ?? {}));
  server.server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal }) => call(params, signal));

  const client = new Client({ name: "test", version: "1.0.0" });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  return { client, server };
}

/** The least a server says about a tool. */
export function toolNamed(name: string): { name: string; inputSchema: { type: "object" } } {
  return { name, inputSchema: { type: "object" } };
}

/** A result of one text block. */
export function textResult(text: string): Result {
  return { content: [{ type: "text", text }] };
}

/** An attempt's context with the parts that calls to a server use. */
export function contextWith(signal: AbortSignal = new AbortController().signal): ToolContext {
  const unused = (): never => {
    throw new Error("a tool of an MCP server uses no state, children or budget");
  };
  return {
    proposalId: "p",
    runId: "r",
    actionId: "a",
    attempt: 1,
    idempotencyKey: "ab".repeat(32),
    signal,
    state: { get: unused, set: unused, delete: unused },
    secrets: {},
    principal: "tester",
    traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`,
    logger: { debug: () => undefined, info: unused, warn: unused, error: unused },
    execute: unused,
    spend: unused,
  };
}
