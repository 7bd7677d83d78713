import { ConfigInvalidError, type ToolSchemaInput } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Tool } from "@car/ir/ports";
import { callMcpTool } from "./call-mcp-tool.js";
import { listAllTools } from "./list-all-tools.js";
import type { McpClient, McpTool } from "./mcp-client.js";
import { type McpPins, requirePinned } from "./pins.js";
import { toolSchemaOf } from "./tool-schema-of.js";

export type { McpClient, McpTool } from "./mcp-client.js";

/** How a server's tools become tools of a runtime. */
export interface McpToolsOptions {
  /** Put before each name, as it is: `"fs_"` makes `read_file` `fs_read_file`. Default: nothing. */
  readonly prefix?: string;
  /** Which tools to take: their names at the server, or a test. Default: all. */
  readonly include?: readonly string[] | ((tool: McpTool) => boolean);
  /**
   * The host's own word about a tool: reversibility, compensation, effects, idempotent, a stricter schema, another
   * name. It wins over everything the server says.
   */
  readonly host?: (tool: McpTool) => Partial<ToolSchemaInput>;
  /**
   * Believe the server's `readOnlyHint` and `idempotentHint`. Default `false`: hints are kept in `metadata`, and a tool
   * of which the host says nothing is irreversible.
   */
  readonly trustAnnotations?: boolean;
  /**
   * What the host has approved, from `mcpPins`. A tool that has changed since, or is new, refuses the whole server: what it
   * says of itself reaches the model. Default: whatever the server offers is taken.
   */
  readonly pins?: McpPins;
  /** Longest wait for one answer, and for the whole list, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const OPTIONS = [
  "prefix",
  "include",
  "host",
  "trustAnnotations",
  "pins",
  "timeoutMs",
] as const satisfies readonly (keyof McpToolsOptions)[];

/**
 * Lists a server's tools and makes each one a tool for a runtime. The list is taken once; ask again after the server
 * says that it changed.
 *
 * @param client connected; closing it stays the caller's business.
 * @throws `McpFailedError` (`CAR_MCP_FAILED`) when the server is gone, silent, or sends something that is no list of
 * tools; `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when `include` names a tool that the server does not have, or an
 * option is unknown; `McpPinError` (`CAR_MCP_PIN_MISMATCH`) when a tool that is taken is not as `pins` say.
 */
export async function mcpTools(client: McpClient, options: McpToolsOptions = {}): Promise<readonly Tool[]> {
  assertKnownOptions(options, OPTIONS, "mcpTools");
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const listed = await listAllTools(client, timeoutMs);
  const taken = included(listed, options.include);
  if (options.pins !== undefined) requirePinned(taken, options.pins);
  return taken.map((tool) => ({
    schema: toolSchemaOf(tool, options),
    execute: (parameters, context) => callMcpTool({ client, tool: tool.name, timeoutMs }, parameters, context),
  }));
}

function included(listed: readonly McpTool[], include: McpToolsOptions["include"]): readonly McpTool[] {
  if (include === undefined) return listed;
  if (typeof include === "function") return listed.filter(include);

  const offered = listed.map(({ name }) => name);
  const missing = include.filter((name) => !offered.includes(name));
  if (missing.length > 0) throw new ConfigInvalidError(missingText(missing, offered));
  return listed.filter(({ name }) => include.includes(name));
}

function missingText(missing: readonly string[], offered: readonly string[]): string {
  const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ") || "nothing";
  return `include: the server has no ${quoted(missing)}; it offers ${quoted(offered)}`;
}
