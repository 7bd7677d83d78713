import { ConfigInvalidError, type ToolSchemaInput } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Tool } from "@car/ir/ports";
import { callMcpTool } from "./call-mcp-tool.js";
import { listAllTools } from "./list-all-tools.js";
import type { McpClient, McpTool } from "./mcp-client.js";
import { type McpPins, requirePinned } from "./pins.js";
import type { ServerDescription } from "./server-description.js";
import { toolSchemaOf } from "./tool-schema-of.js";

export type { McpClient, McpTool } from "./mcp-client.js";

/** How a server's tools become tools of a runtime. */
export interface McpToolsOptions {
  /** Put before each name, as it is: `"fs_"` makes `read_file` `fs_read_file`. Default: nothing. */
  readonly prefix?: string;
  /** Which tools to take: their names at the server, or a test. Default: all. */
  readonly include?: readonly string[] | ((tool: McpTool) => boolean);
  /** The host's word about the tools of one server, from a file: `await describedServer("filesystem")`. */
  readonly described?: ServerDescription;
  /** The tools that are registered beside these. A description may need some of them. */
  readonly beside?: readonly Tool[];
  /**
   * The host's own word about a tool: reversibility, compensation, effects, idempotent, a stricter schema, another
   * name. It wins over everything the server says, and over `described`.
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
  "described",
  "beside",
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
 * tools; `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when `include` names a tool that the server does not have, `described` needs one that
 * is not `beside`, or an option is unknown; `McpPinError` (`CAR_MCP_PIN_MISMATCH`) when a tool that is taken is not as `pins` say.
 */
export async function mcpTools(client: McpClient, options: McpToolsOptions = {}): Promise<readonly Tool[]> {
  assertKnownOptions(options, OPTIONS, "mcpTools");
  requireBeside(options);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const listed = await listAllTools(client, timeoutMs);
  const taken = included(listed, options.include);
  if (options.pins !== undefined) requirePinned(taken, options.pins);
  return taken.map((tool) => ({
    schema: toolSchemaOf(tool, options),
    execute: (parameters, context) => callMcpTool({ client, tool: tool.name, timeoutMs }, parameters, context),
  }));
}

function requireBeside({ described, beside = [] }: McpToolsOptions): void {
  const there = beside.map(({ schema }) => schema.name);
  const missing = described?.needs.filter((name) => !there.includes(name)) ?? [];
  if (described === undefined || missing.length === 0) return;
  const text = `the description of \`${described.server}\` needs ${quoted(missing)}: give the tools that are registered beside it`;
  throw new ConfigInvalidError(`beside: ${text}`);
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
  return `include: the server has no ${quoted(missing)}; it offers ${quoted(offered)}`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ") || "nothing";
}
