import { setTimeout as delay } from "node:timers/promises";
import { McpFailedError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { messageOf } from "./message-of.js";

/** How a server is started. */
export interface StdioMcpServerOptions {
  /** The program; no shell is involved. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Beside the few variables that every child gets (`PATH`, `HOME` and the like). */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Longest wait for the server to be ready, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Gets what the server writes to its standard error, piece by piece. Default: it is dropped. */
  readonly onStderr?: (text: string) => void;
}

/** A running server and the client that is connected to it. */
export interface StdioMcpServer {
  readonly client: Client;
  /** Ends the server: closes its input, then asks, then kills; a few seconds at most. The second call does nothing. */
  close(): Promise<void>;
}

const OPTIONS = [
  "command",
  "args",
  "env",
  "cwd",
  "timeoutMs",
  "onStderr",
] as const satisfies readonly (keyof StdioMcpServerOptions)[];
const DEFAULT_TIMEOUT_MS = 30_000;
/** Longer than the transport takes to close the input, ask and kill. */
const END_TIMEOUT_MS = 5_000;
/** Characters of the server's last words that an error message repeats. */
const LAST_WORDS = 500;

/**
 * Starts a server as a child process, connects, and waits until it is ready.
 * @throws `McpFailedError` (`CAR_MCP_FAILED`) when it cannot be started, ends early, or is not ready in time. No
 * process is left behind.
 */
export async function stdioMcpServer(options: StdioMcpServerOptions): Promise<StdioMcpServer> {
  assertKnownOptions(options, OPTIONS, "stdioMcpServer");
  const transport = transportOf(options);
  const lastWords = listenToStderr(transport, options.onStderr);
  const ended = new Promise<void>((resolve) => (transport.onclose = resolve));
  const client = new Client({ name: "car-tools-mcp", version: "0.1.0" });
  try {
    await client.connect(transport, { timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS });
  } catch (error) {
    // The client has begun to end the process, but does not wait for it.
    await Promise.race([ended, delay(END_TIMEOUT_MS, undefined, { ref: false })]);
    throw new McpFailedError(startFailureText(options.command, error, lastWords()), { cause: error });
  }
  return { client, close: () => client.close() };
}

function transportOf({ command, args = [], env, cwd }: StdioMcpServerOptions): StdioClientTransport {
  return new StdioClientTransport({
    command,
    args: [...args],
    stderr: "pipe",
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Reads the pipe, which would otherwise fill up and stop the server, and keeps the end of what was said. */
function listenToStderr(transport: StdioClientTransport, onStderr: ((text: string) => void) | undefined): () => string {
  let tail = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    const text = chunk.toString("utf8");
    tail = (tail + text).slice(-LAST_WORDS);
    onStderr?.(text);
  });
  return () => tail.trim();
}

function startFailureText(command: string, error: unknown, lastWords: string): string {
  const said = lastWords === "" ? "" : `; it said: ${lastWords}`;
  return `MCP server \`${command}\` did not start: ${messageOf(error)}${said}`;
}
