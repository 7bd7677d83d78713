import { ConfigInvalidError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import {
  type Client,
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from "@modelcontextprotocol/client";
import { isSessionLost } from "./failure-of.js";
import {
  CONNECTION_OPTIONS,
  type ConnectionOptions,
  type Link,
  liveServer,
  type LiveMcpServer,
  startFailure,
} from "./live-server.js";
import { tolerant } from "./tolerant-transport.js";

/** Where a server is, and who asks. */
export interface HttpMcpServerOptions extends ConnectionOptions {
  /** Address of the server's streamable HTTP endpoint. */
  readonly url: string | URL;
  /** Sent with each request, such as `{ authorization: "Bearer ..." }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The official client's provider of tokens: a simple one, or one for OAuth. */
  readonly authProvider?: NonNullable<StreamableHTTPClientTransportOptions["authProvider"]>;
  /**
   * What the authorization server gave to the person who was sent there, best with all parameters of the callback: ask once without it, which fails with an `UnauthorizedError` as the
   * cause's cause and has the provider send somebody there, and again with it.
   */
  readonly authorizationCode?: string | URLSearchParams;
  /** In the place of the global `fetch`. */
  readonly fetch?: NonNullable<StreamableHTTPClientTransportOptions["fetch"]>;
}

const OPTIONS = [
  "url",
  "headers",
  "authProvider",
  "authorizationCode",
  "fetch",
  ...CONNECTION_OPTIONS,
] as const satisfies readonly (keyof HttpMcpServerOptions)[];
/** How long a server may take to let a session go. */
const GOODBYE_MS = 2_000;

/**
 * Connects to a server over streamable HTTP. A session that the server has forgotten is made again.
 * @throws `McpFailedError` (`CAR_MCP_FAILED`) when it cannot be reached, refuses, or is not ready in time; `ConfigInvalidError` for a
 * `url` that is none.
 */
export async function httpMcpServer(options: HttpMcpServerOptions): Promise<LiveMcpServer> {
  assertKnownOptions(options, OPTIONS, "httpMcpServer");
  return liveServer(new HttpLink(options, addressOf(options.url)), options);
}

class HttpLink implements Link {
  readonly name: string;
  private readonly options: HttpMcpServerOptions;
  private readonly url: URL;
  private transport: StreamableHTTPClientTransport | undefined;
  private code: HttpMcpServerOptions["authorizationCode"];

  constructor(options: HttpMcpServerOptions, url: URL) {
    this.name = `${url.origin}${url.pathname}`;
    this.options = options;
    this.url = url;
    this.code = options.authorizationCode;
  }

  async connect(client: Client, timeoutMs: number): Promise<void> {
    await this.transport?.close();
    const transport = tolerant(new StreamableHTTPClientTransport(this.url, transportOptionsOf(this.options)));
    this.transport = transport;
    const late = setTimeout(() => void transport.close(), timeoutMs);
    try {
      if (this.code !== undefined) await finishAuth(transport, this.code);
      // It is good for one time.
      this.code = undefined;
      await client.connect(transport, { timeout: timeoutMs });
    } catch (error) {
      await transport.close();
      throw startFailure(this.name, error);
    } finally {
      clearTimeout(late);
    }
  }

  isForgotten(error: unknown): boolean {
    return this.transport?.sessionId !== undefined && isSessionLost(error);
  }

  async leave(): Promise<void> {
    const { transport } = this;
    if (transport?.sessionId === undefined) return transport?.close();
    const late = setTimeout(() => void transport.close(), GOODBYE_MS);
    await transport.terminateSession().catch(() => undefined);
    clearTimeout(late);
  }
}

function finishAuth(transport: StreamableHTTPClientTransport, code: string | URLSearchParams): Promise<void> {
  return typeof code === "string" ? transport.finishAuth(code) : transport.finishAuth(code);
}

function transportOptionsOf({
  headers,
  authProvider,
  fetch,
}: HttpMcpServerOptions): StreamableHTTPClientTransportOptions {
  return {
    ...(headers === undefined ? {} : { requestInit: { headers: { ...headers } } }),
    ...(authProvider === undefined ? {} : { authProvider }),
    ...(fetch === undefined ? {} : { fetch }),
  };
}

function addressOf(url: string | URL): URL {
  try {
    const address = new URL(url);
    if (address.protocol === "http:" || address.protocol === "https:") return address;
  } catch {
    // Said below.
  }
  throw new ConfigInvalidError("httpMcpServer: url: expected an address that begins with http:// or https://");
}
