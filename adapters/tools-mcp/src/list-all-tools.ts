import { type JsonValue, McpFailedError } from "@car/ir";
import { messageOf } from "./message-of.js";
import { type McpClient, type McpTool, requestRaw } from "./mcp-client.js";
import type { UnusableTool } from "./unusable-tool.js";

/** A server that still has a next page after this many is taken to be broken. */
const MAX_PAGES = 100;

/** What a server lists: tools by their names, and what cannot be one. */
export interface Listed {
  readonly tools: readonly McpTool[];
  /** No name, or one that two tools have: nobody could say which of them is called. */
  readonly nameless: readonly UnusableTool[];
}

/**
 * Every tool of every page, in the server's order, within `timeoutMs` for all pages together.
 * @throws `McpFailedError` also for a cursor that comes twice.
 */
export async function listAllTools(client: McpClient, timeoutMs: number): Promise<Listed> {
  const deadline = performance.now() + timeoutMs;
  const entries: unknown[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await listPage(client, cursor, deadline - performance.now());
    entries.push(...page.tools);
    cursor = page.nextCursor;
    if (cursor !== undefined) addCursor(cursors, cursor);
  } while (cursor !== undefined);
  return listedOf(entries);
}

interface Page {
  readonly tools: readonly unknown[];
  readonly nextCursor: string | undefined;
}

async function listPage(client: McpClient, cursor: string | undefined, timeoutMs: number): Promise<Page> {
  const params = cursor === undefined ? {} : { cursor };
  try {
    const page = await requestRaw(client, { method: "tools/list", params }, { timeout: Math.max(timeoutMs, 1) });
    return pageOf(page as { readonly tools?: unknown; readonly nextCursor?: unknown });
  } catch (error) {
    throw new McpFailedError(`cannot list the server's tools: ${messageOf(error)}`, { cause: error });
  }
}

function pageOf({ tools, nextCursor }: { readonly tools?: unknown; readonly nextCursor?: unknown }): Page {
  if (!Array.isArray(tools)) throw new TypeError("the answer has no list of tools");
  // Some servers end the list with null or with an empty text.
  return { tools, nextCursor: typeof nextCursor === "string" && nextCursor !== "" ? nextCursor : undefined };
}

function listedOf(entries: readonly unknown[]): Listed {
  const tools = entries.map(toolOf);
  const counts = new Map<string, number>();
  for (const tool of tools) if (tool !== undefined) counts.set(tool.name, (counts.get(tool.name) ?? 0) + 1);
  const twice = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
  const without = tools.filter((tool) => tool === undefined);
  return {
    tools: tools.filter((tool) => tool !== undefined).filter(({ name }) => counts.get(name) === 1),
    nameless: [
      ...twice.map((name) => ({ name, reason: "the server lists this name more than once: either could be called" })),
      ...without.map(() => ({ name: "", reason: "the server lists it without a name" })),
    ],
  };
}

/** What of an entry is of the right kind. */
function toolOf(entry: unknown): McpTool | undefined {
  if (!isObject(entry) || typeof entry["name"] !== "string" || entry["name"] === "") return undefined;
  const { name, title, description, inputSchema, outputSchema, annotations } = entry;
  return {
    name,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    ...(inputSchema === undefined ? {} : { inputSchema: inputSchema as JsonValue }),
    ...(outputSchema === undefined || outputSchema === null ? {} : { outputSchema: outputSchema as JsonValue }),
    ...(isObject(annotations) ? { annotations: annotations } : {}),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function addCursor(cursors: Set<string>, cursor: string): void {
  if (cursors.has(cursor)) throw new McpFailedError("the server's list of tools never ends: a cursor came twice");
  if (cursors.size === MAX_PAGES) throw new McpFailedError(`the server's list of tools has over ${MAX_PAGES} pages`);
  cursors.add(cursor);
}
