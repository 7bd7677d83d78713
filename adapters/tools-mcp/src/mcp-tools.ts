import { ConfigInvalidError, type ToolSchemaInput } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Tool } from "@car/ir/ports";
import type { McpClient, McpTool } from "./mcp-client.js";
import type { McpPins } from "./pins.js";
import type { ServerDescription } from "./server-description.js";
import { type McpTools, quoted, ToolBook } from "./tool-book.js";

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
  /**
   * Told of each tool that was asked for and is set aside, with the reason. With or without it, the reasons are in `unusable` of the
   * list.
   */
  readonly onUnusableTool?: (name: string, reason: string) => void;
  /** Longest wait for one answer or for a sign of progress, and for the whole list, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

/** Their names. */
export const MCP_TOOLS_OPTIONS = [
  "prefix",
  "include",
  "described",
  "beside",
  "host",
  "trustAnnotations",
  "pins",
  "onUnusableTool",
  "timeoutMs",
] as const satisfies readonly (keyof McpToolsOptions)[];

/**
 * Lists a server's tools and makes each one a tool for a runtime. The list is taken once; `tools()` of a server that this package
 * started follows its changes. A tool that no runtime would take is set aside, with its reason in `unusable`; the others stay.
 *
 * @param client connected; closing it stays the caller's business.
 * @throws `McpFailedError` (`CAR_MCP_FAILED`) when the server is gone, silent, or sends something that is no list of
 * tools; `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when `include` names a tool that the server does not have, `include` or `pins` one
 * that cannot be used, `described` needs one that is not `beside`, or an option is unknown; `ToolInvalidError` (`CAR_TOOL_INVALID`)
 * when the host's own word makes a tool impossible; `McpPinError` (`CAR_MCP_PIN_MISMATCH`) when a tool that is taken is not as `pins` say.
 */
export async function mcpTools(client: McpClient, options: McpToolsOptions = {}): Promise<McpTools> {
  assertKnownOptions(options, MCP_TOOLS_OPTIONS, "mcpTools");
  requireBeside(options);
  return new ToolBook(client, options).list();
}

/** @throws `ConfigInvalidError` when a description needs a tool that is not there. */
export function requireBeside({ described, beside = [] }: McpToolsOptions): void {
  const there = beside.map(({ schema }) => schema.name);
  const missing = described?.needs.filter((name) => !there.includes(name)) ?? [];
  if (described === undefined || missing.length === 0) return;
  const text = `the description of \`${described.server}\` needs ${quoted(missing)}: give the tools that are registered beside it`;
  throw new ConfigInvalidError(`beside: ${text}`);
}
