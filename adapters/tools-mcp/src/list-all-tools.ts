import { McpFailedError } from "@car/ir";
import { type ListToolsResult, ListToolsResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "./message-of.js";
import type { McpClient, McpTool } from "./mcp-client.js";

/** A server that still has a next page after this many is taken to be broken. */
const MAX_PAGES = 100;

/**
 * Every tool of every page, in the server's order, within `timeoutMs` for all pages together.
 * @throws `McpFailedError` also for a cursor or a name that comes twice.
 */
export async function listAllTools(client: McpClient, timeoutMs: number): Promise<readonly McpTool[]> {
  const deadline = performance.now() + timeoutMs;
  const tools = new Map<string, McpTool>();
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await listPage(client, cursor, deadline - performance.now());
    for (const tool of page.tools) addOnce(tools, tool);
    cursor = page.nextCursor;
    if (cursor !== undefined) addCursor(cursors, cursor);
  } while (cursor !== undefined);
  return [...tools.values()];
}

async function listPage(client: McpClient, cursor: string | undefined, timeoutMs: number): Promise<ListToolsResult> {
  const params = cursor === undefined ? {} : { cursor };
  try {
    return await client.request({ method: "tools/list", params }, ListToolsResultSchema, {
      timeout: Math.max(timeoutMs, 1),
    });
  } catch (error) {
    throw new McpFailedError(`cannot list the server's tools: ${messageOf(error)}`, { cause: error });
  }
}

function addOnce(tools: Map<string, McpTool>, tool: McpTool): void {
  if (tools.has(tool.name)) throw new McpFailedError(`the server lists the tool \`${tool.name}\` twice`);
  tools.set(tool.name, tool);
}

function addCursor(cursors: Set<string>, cursor: string): void {
  if (cursors.has(cursor)) throw new McpFailedError("the server's list of tools never ends: a cursor came twice");
  if (cursors.size === MAX_PAGES) throw new McpFailedError(`the server's list of tools has over ${MAX_PAGES} pages`);
  cursors.add(cursor);
}
