import { CarError, contentHash, type JsonObject, McpPinError } from "@car/ir";
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
  const { tools } = await listAllTools(client, timeoutMs);
  return pinsOf(tools);
}

/** The hashes of tools, by name. One that has none, as what it says is no proper text, can be called under no pin. */
function pinsOf(tools: readonly McpTool[]): McpPins {
  return Object.fromEntries(
    tools.flatMap((tool) => {
      const pin = pinOf(tool);
      return pin === undefined ? [] : [[tool.name, pin] as const];
    }),
  );
}

/** SHA-256 of everything that a tool says of itself to the model and to the runtime, as canonical JSON. */
function pinOf({ name, title, description, inputSchema, outputSchema, annotations }: McpTool): string | undefined {
  try {
    return contentHash({
      name,
      title: title ?? null,
      description: description ?? null,
      inputSchema: inputSchema ?? null,
      outputSchema: outputSchema ?? null,
      annotations: { ...annotations } as JsonObject,
    });
  } catch (error) {
    if (CarError.isInstance(error)) return undefined;
    throw error;
  }
}

/** What keeps tools from being called under these pins: each that is not as it was pinned, or is new. `undefined` for nothing. */
export function pinProblem(tools: readonly McpTool[], pins: McpPins): McpPinError | undefined {
  const found = pinsOf(tools);
  const changed = tools.filter(({ name }) => Object.hasOwn(pins, name) && pins[name] !== found[name]);
  const added = tools.filter(({ name }) => !Object.hasOwn(pins, name));
  if (changed.length + added.length === 0) return undefined;
  const said = [
    ...changed.map(({ name }) => `\`${name}\` has changed`),
    ...added.map(({ name }) => `\`${name}\` is new`),
  ];
  return new McpPinError(`the server's tools are not those that were approved: ${said.join(", ")}`, {
    found: pinsOf([...changed, ...added]),
  });
}
