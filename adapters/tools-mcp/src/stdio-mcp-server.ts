import type { McpFailedError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Client } from "@modelcontextprotocol/client";
import { ChildTransport } from "./child-transport.js";
import {
  CONNECTION_OPTIONS,
  type ConnectionOptions,
  type Link,
  liveServer,
  type LiveMcpServer,
  startFailure,
} from "./live-server.js";
import { tolerant } from "./tolerant-transport.js";

/** How a server is started, and kept. */
export interface StdioMcpServerOptions extends ConnectionOptions {
  /** The program; no shell is involved. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Beside the few variables that every child gets (`PATH`, `HOME` and the like). */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Gets what the server writes to its standard error, piece by piece. Default: it is dropped. */
  readonly onStderr?: (text: string) => void;
}

const OPTIONS = [
  "command",
  "args",
  "env",
  "cwd",
  "onStderr",
  ...CONNECTION_OPTIONS,
] as const satisfies readonly (keyof StdioMcpServerOptions)[];
/** Characters of the server's last words that an error message repeats. */
const LAST_WORDS = 500;

/**
 * Starts a server as a child process, connects, and waits until it is ready. One that dies is started again. It does not keep this
 * process alive while no request is open, and does not outlive it.
 * @throws `McpFailedError` (`CAR_MCP_FAILED`) when it cannot be started, ends early, or is not ready in time. No
 * process is left behind.
 */
export async function stdioMcpServer(options: StdioMcpServerOptions): Promise<LiveMcpServer> {
  assertKnownOptions(options, OPTIONS, "stdioMcpServer");
  return liveServer(new ChildLink(options), options);
}

class ChildLink implements Link {
  readonly name: string;
  private readonly options: StdioMcpServerOptions;
  /** Known once the server has answered: it is not asked for another one. */
  private isOld = false;
  private transport: ChildTransport | undefined;
  private isLeaving = false;

  constructor(options: StdioMcpServerOptions) {
    this.name = options.command;
    this.options = options;
  }

  async connect(client: Client, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    try {
      await this.attempt(client, deadline);
    } catch (error) {
      // Some servers end when they are asked for anything before the handshake of old.
      if (this.isOld || this.isLeaving || !endedEarly(error)) throw error;
      this.isOld = true;
      await this.attempt(client, deadline).catch((again: unknown) => {
        this.isOld = false;
        throw again;
      });
    }
    this.isOld = client.getProtocolEra() === "legacy";
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    await this.transport?.close();
  }

  private async attempt(client: Client, deadline: number): Promise<void> {
    const transport = (this.transport = tolerant(transportOf(this.options)));
    const lastWords = listenToStderr(transport, this.options.onStderr);
    const left = Math.max(deadline - performance.now(), 1);
    const late = setTimeout(() => void transport.close(), left);
    try {
      await client.connect(transport, { timeout: left, ...(this.isOld ? { prior: { kind: "legacy" } } : {}) });
    } catch (error) {
      await transport.close();
      throw startFailure(this.name, error, lastWords());
    } finally {
      clearTimeout(late);
    }
  }
}

function endedEarly(error: unknown): boolean {
  const { cause } = error as McpFailedError;
  return !(cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "REQUEST_TIMEOUT"));
}

function transportOf({ command, args = [], env, cwd }: StdioMcpServerOptions): ChildTransport {
  return new ChildTransport({
    command,
    args: [...args],
    stderr: "pipe",
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Reads the pipe, which would otherwise fill up and stop the server, and keeps the end of what was said. */
function listenToStderr(transport: ChildTransport, onStderr: ((text: string) => void) | undefined): () => string {
  let tail = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    const text = chunk.toString("utf8");
    tail = (tail + text).slice(-LAST_WORDS);
    onStderr?.(text);
  });
  return () => tail.trim();
}
