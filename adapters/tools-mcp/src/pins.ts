import { contentHash, type JsonObject, McpPinError } from "@car/ir";
import { listAllTools } from "./list-all-tools.js";
import type { McpClient, McpTool } from "./mcp-client.js";

/** What a host has approved of a server: the hash of each tool, by the name it has there. Plain JSON; keep it where no model can write. */
export type McpPins = Readonly<Record<string, string>>;

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * The hashes of a server's tools as they are now. Write them down once a person has read what the tools say.
 * @throws `McpFailedError` as `mcpTools` does.
 */
export async function mcpPins(client: McpClient, timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<McpPins> {
  const listed = await listAllTools(client, timeoutMs);
  return Object.fromEntries(listed.map((tool) => [tool.name, pinOf(tool)]));
}

/** SHA-256 of everything that a tool says of itself to the model and to the runtime, as canonical JSON. */
function pinOf({ name, title, description, inputSchema, outputSchema, annotations }: McpTool): string {
  return contentHash({
    name,
    title: title ?? null,
    description: description ?? null,
    inputSchema: inputSchema as JsonObject,
    outputSchema: (outputSchema as JsonObject | undefined) ?? null,
    annotations: { ...annotations } as JsonObject,
  });
}

/**
 * Holds tools against their pins.
 * @throws `McpPinError` naming each tool that is not as it was pinned, or is new.
 */
export function requirePinned(tools: readonly McpTool[], pins: McpPins): void {
  const changed = tools.filter((tool) => Object.hasOwn(pins, tool.name) && pins[tool.name] !== pinOf(tool));
  const added = tools.filter((tool) => !Object.hasOwn(pins, tool.name));
  if (changed.length + added.length === 0) return;
  const said = [
    ...changed.map(({ name }) => `\`${name}\` has changed`),
    ...added.map(({ name }) => `\`${name}\` is new`),
  ];
  const found = Object.fromEntries([...changed, ...added].map((tool) => [tool.name, pinOf(tool)]));
  throw new McpPinError(`the server's tools are not those that were approved: ${said.join(", ")}`, { found });
}
