import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Tool } from "@modelcontextprotocol/sdk/types.js";

/**
 * The part of the official client that is used here: a connected `Client`. Requests go through `request`, not through
 * `listTools` and `callTool`: those compile every output schema again, forget what earlier pages said, and let one
 * schema they cannot compile hide a whole server. The runtime checks outputs itself.
 */
export type McpClient = Pick<Client, "request" | "transport">;

/** A tool as its server lists it. */
export type McpTool = Tool;
