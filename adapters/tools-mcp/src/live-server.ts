import { setTimeout as delay } from "node:timers/promises";
import { ConfigInvalidError, McpFailedError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { Client } from "@modelcontextprotocol/client";
import type { McpClient } from "./mcp-client.js";
import { MCP_TOOLS_OPTIONS, type McpToolsOptions, requireBeside } from "./mcp-tools.js";
import { messageOf } from "./message-of.js";
import { type McpListChange, type McpTools, ToolBook } from "./tool-book.js";

/** A server and the connection to it, which is made again when it is lost. */
export interface LiveMcpServer {
  /** The official client, for what this package has no word for. While the connection is away its requests fail. Its `onclose` is taken. */
  readonly client: Client;
  /** The server's tools, as `mcpTools` gives them. They outlive a connection, and follow the server's list. */
  tools(options?: LiveToolsOptions): Promise<McpTools>;
  /** Ends the connection for good, and a server that was started here: a few seconds at most. The second call does nothing. */
  close(): Promise<void>;
}

/** Options of `tools()`. */
export interface LiveToolsOptions extends McpToolsOptions {
  /**
   * Called after the server has said that its list changed, or was connected to again, with the tools as they are now: register what is
   * new. An error says that the list could not be read. What the function throws is dropped.
   */
  readonly onListChanged?: (change: McpListChange | Error) => void;
}

/** What has become of a connection. `given_up` is the last word: start the server anew. */
export type McpConnection = "lost" | "restored" | "given_up";

/** How a connection is made and kept. */
export interface ConnectionOptions {
  /** Longest wait for the server to be ready, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /**
   * How often in a row a lost connection is made again: after 0.25 s, then after twice as long each time, at most 30 s. Who stays a minute
   * starts over. Default 5; 0 for never.
   */
  readonly restarts?: number;
  /** Told what becomes of the connection after the start. What it throws is dropped. */
  readonly onConnection?: (connection: McpConnection, reason: string) => void;
}

/** Names of the options of every connection. */
export const CONNECTION_OPTIONS = [
  "timeoutMs",
  "restarts",
  "onConnection",
] as const satisfies readonly (keyof ConnectionOptions)[];

/** One way to a server. */
export interface Link {
  /** For messages: the program, or the address. */
  readonly name: string;
  /** Connects the client. @throws anything; nothing is left behind then. */
  connect(client: Client, timeoutMs: number): Promise<void>;
  /** Whether a failed request shows that the server has forgotten the connection. It did nothing, then. */
  isForgotten?(error: unknown): boolean;
  /** Says goodbye, and ends a connection that is being made. */
  leave(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RESTARTS = 5;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 30_000;
const STABLE_MS = 60_000;
/** This part of the time for the start is spent on asking whether the server speaks the newest protocol. */
const PROBE_SHARE = 6;
const LIVE_TOOLS_OPTIONS = [...MCP_TOOLS_OPTIONS, "onListChanged"] as const;

/**
 * Connects, and keeps the connection.
 * @throws `McpFailedError` when the server is not ready in time, `ConfigInvalidError` for numbers that count nothing.
 */
export async function liveServer(link: Link, options: ConnectionOptions): Promise<LiveMcpServer> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, restarts = DEFAULT_RESTARTS } = options;
  if (!(timeoutMs > 0)) throw new ConfigInvalidError(`\`timeoutMs\` is a number above 0, not ${timeoutMs}`);
  if (!(restarts >= 0)) throw new ConfigInvalidError(`\`restarts\` is 0 or more, not ${restarts}`);
  const server = new LiveServer(link, options);
  await server.connect();
  return server;
}

class LiveServer implements LiveMcpServer {
  readonly client: Client;
  private readonly link: Link;
  private readonly options: ConnectionOptions;
  private readonly books = new Set<{ readonly book: ToolBook; readonly tell: LiveToolsOptions["onListChanged"] }>();
  /** Aborts when the server is closed. */
  private readonly end = new AbortController();
  private isReady = false;
  private restarts = 0;
  private restoring: Promise<void> | undefined;
  private ended: Promise<void> | undefined;
  private readySince = 0;
  /** What tools send their requests through: not before the connection is there. */
  private readonly gate: McpClient;

  constructor(link: Link, options: ConnectionOptions) {
    this.link = link;
    this.options = options;
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    this.client = new Client(
      { name: "car-tools-mcp", version: "0.1.0" },
      {
        // A server of old may be silent when it is asked for what it does not know.
        versionNegotiation: { mode: "auto", probe: { timeoutMs: timeoutMs / PROBE_SHARE } },
        listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => this.relist() } },
      },
    );
    this.client.onclose = () => this.lost("the connection closed");
    this.gate = this.gateOf();
  }

  async connect(): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.options;
    await this.link.connect(this.client, timeoutMs);
    this.isReady = true;
    this.readySince = performance.now();
    // In the same step: nobody calls a tool of the new connection before its list is being read.
    this.relist();
  }

  async tools(options: LiveToolsOptions = {}): Promise<McpTools> {
    assertKnownOptions(options, LIVE_TOOLS_OPTIONS, "tools");
    const { onListChanged: tell, ...given } = options;
    requireBeside(given);
    const book = { book: new ToolBook(this.gate, given), tell };
    // Before the list is read: it may change meanwhile.
    this.books.add(book);
    try {
      return await book.book.list();
    } catch (error) {
      this.books.delete(book);
      throw error;
    }
  }

  close(): Promise<void> {
    this.ended ??= this.leave();
    return this.ended;
  }

  private async leave(): Promise<void> {
    this.end.abort();
    this.isReady = false;
    await this.link.leave();
    await this.client.close();
    await this.restoring;
  }

  private gateOf(): McpClient {
    const transport = (): object | undefined => (this.isReady ? this.client.transport : undefined);
    return {
      get transport() {
        return transport();
      },
      request: async (request, schema, options) => {
        if (!this.isReady) throw notConnected("the connection is away");
        try {
          return await this.client.request(request, schema as never, options);
        } catch (error) {
          if (this.link.isForgotten?.(error) !== true) throw error;
          this.lost("the server has forgotten the session");
          throw notConnected(messageOf(error), error);
        }
      },
    };
  }

  private lost(reason: string): void {
    if (!this.isReady || this.end.signal.aborted) return;
    this.isReady = false;
    if (performance.now() - this.readySince > STABLE_MS) this.restarts = 0;
    this.tell("lost", reason);
    this.restoring = this.restore(reason);
  }

  /** Never rejects. */
  private async restore(reason: string): Promise<void> {
    const { restarts = DEFAULT_RESTARTS } = this.options;
    const { signal } = this.end;
    for (let why = reason; !signal.aborted;) {
      if (this.restarts >= restarts) return this.tell("given_up", why);
      const wait = Math.min(FIRST_DELAY_MS * 2 ** this.restarts++, MAX_DELAY_MS);
      await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.connect();
      } catch (error) {
        why = messageOf(error);
        continue;
      }
      if (signal.aborted) return this.client.close();
      return this.tell("restored", reason);
    }
  }

  private tell(connection: McpConnection, reason: string): void {
    safely(() => this.options.onConnection?.(connection, reason));
  }

  private relist(): void {
    for (const { book, tell } of this.books) {
      book.relist().then(
        (change) => safely(() => tell?.(change)),
        (error: unknown) => safely(() => tell?.(error as Error)),
      );
    }
  }
}

/** A host's mistake in what it is told must not break the connection that it is told of. */
function safely(tell: () => void): void {
  try {
    tell();
  } catch {
    // Dropped, as the options say.
  }
}

/** As the official client says that nothing was sent. */
function notConnected(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: "NOT_CONNECTED" });
}

/** A start that failed, in words. */
export function startFailure(name: string, error: unknown, lastWords = ""): McpFailedError {
  const said = lastWords === "" ? "" : `; it said: ${lastWords}`;
  return new McpFailedError(`MCP server \`${name}\` did not start: ${messageOf(error)}${said}`, { cause: error });
}
