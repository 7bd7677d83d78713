import type { IncomingHttpHeaders, RequestListener } from "node:http";
import type { Tool } from "@car/ir/ports";
import { NodeStreamableHTTPServerTransport } from "@modelcontextprotocol/node";
import { McpServer } from "@modelcontextprotocol/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { httpMcpServer, type HttpMcpServerOptions } from "./http-mcp-server.js";
import type { LiveMcpServer, McpConnection } from "./live-server.js";
import { listening as listeningServer, mcpListener } from "./testing/listening.js";
import { contextWith } from "./testing/test-support.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function listening(listener: RequestListener): ReturnType<typeof listeningServer> {
  const listened = await listeningServer(listener);
  open.push({
    close: () => {
      listened.server.closeAllConnections();
      listened.server.close();
    },
  });
  return listened;
}

async function connected(options: HttpMcpServerOptions): Promise<LiveMcpServer> {
  const server = await httpMcpServer(options);
  open.push(server);
  return server;
}

function factory(): McpServer {
  const server = new McpServer({ name: "clock", version: "1.0.0" });
  server.registerTool("now", { description: "The time." }, () => ({ content: [{ type: "text", text: "12:00" }] }));
  return server;
}

/** A server of the years before 2026: with sessions, all of which `forget` ends. */
function sessions() {
  const transports = new Map<string, NodeStreamableHTTPServerTransport>();
  const listener: RequestListener = (request, response) => {
    void (async () => {
      const id = request.headers["mcp-session-id"];
      const known = typeof id === "string" ? transports.get(id) : undefined;
      if (id !== undefined && known === undefined) return void response.writeHead(404).end();
      if (known !== undefined) return known.handleRequest(request, response);
      const transport = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (session) => void transports.set(session, transport),
        onsessionclosed: (session) => void transports.delete(session),
      });
      await factory().connect(transport);
      await transport.handleRequest(request, response);
    })();
  };
  return { listener, forget: () => transports.clear(), count: () => transports.size };
}

const call = (tool: Tool | undefined): Promise<unknown> => tool?.execute?.({}, contextWith()) as Promise<unknown>;

describe("a server over HTTP", () => {
  it("[TM-33] is connected to in the newest protocol, with the host's headers in each request", async () => {
    const seen: IncomingHttpHeaders[] = [];
    const handler = mcpListener(factory);
    const { url } = await listening((request, response) => {
      seen.push(request.headers);
      handler(request, response);
    });
    const server = await connected({ url, headers: { "x-key": "secret" } });
    expect(server.client.getProtocolEra()).toBe("modern");
    const [tool] = await server.tools();
    await expect(call(tool)).resolves.toBe("12:00");
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.every((headers) => headers["x-key"] === "secret")).toBe(true);
  });

  it("[TM-33] is connected to in the protocol of before, and its session is let go in the end", async () => {
    const { listener, count } = sessions();
    const { url } = await listening(listener);
    const server = await connected({ url });
    expect(server.client.getProtocolEra()).toBe("legacy");
    const [tool] = await server.tools();
    await expect(call(tool)).resolves.toBe("12:00");
    expect(count()).toBe(1);
    await server.close();
    expect(count()).toBe(0);
    await expect(call(tool)).rejects.toMatchObject({ class: "transient" });
  });

  it("[TM-29] [4.5] that has forgotten the session did nothing; another session is begun", async () => {
    const { listener, forget } = sessions();
    const { url } = await listening(listener);
    const seen: McpConnection[] = [];
    const server = await connected({ url, onConnection: (connection) => seen.push(connection) });
    const [tool] = await server.tools();
    forget();
    await expect(call(tool)).rejects.toMatchObject({ class: "transient" });
    await vi.waitFor(() => expect(seen).toEqual(["lost", "restored"]), { timeout: 5_000 });
    await expect(call(tool)).resolves.toBe("12:00");
  });

  it("[TM-29] [4.4] that is away was sent nothing", async () => {
    const { url, server: listener } = await listening(mcpListener(factory));
    const server = await connected({ url });
    const [tool] = await server.tools();
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
    await expect(call(tool)).rejects.toMatchObject({ class: "transient", cause: { code: "CAR_MCP_FAILED" } });
  });

  it("[TM-33] [4.4] takes a provider of tokens; who is refused is told so", async () => {
    const handler = mcpListener(factory);
    let token = "good";
    const { url } = await listening((request, response) => {
      if (request.headers.authorization === `Bearer ${token}`) handler(request, response);
      else response.writeHead(401).end();
    });
    const server = await connected({ url, authProvider: { token: () => Promise.resolve("good") } });
    const [tool] = await server.tools();
    await expect(call(tool)).resolves.toBe("12:00");
    token = "another";
    await expect(call(tool)).rejects.toMatchObject({ class: "denied" });
    await expect(httpMcpServer({ url })).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
  });

  it("[TM-33] sends somebody to the authorization server, and goes on with the code that it gave", async () => {
    const handler = mcpListener(factory);
    const { url } = await listening((request, response) => {
      const { origin } = new URL(url);
      const json = (value: object): void =>
        void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (request.url?.startsWith("/.well-known/oauth-protected-resource") === true) {
        return json({ resource: url, authorization_servers: [origin] });
      }
      if (request.url?.startsWith("/.well-known/") === true) {
        return json({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
        });
      }
      if (request.url === "/token") return json({ access_token: "good", token_type: "Bearer" });
      if (request.headers.authorization === "Bearer good") return handler(request, response);
      response.writeHead(401).end();
    });
    const kept: Record<string, unknown> = {};
    const authProvider = {
      redirectUrl: "http://localhost/callback",
      clientMetadata: { redirect_uris: ["http://localhost/callback"] },
      clientInformation: () => ({ client_id: "car" }),
      tokens: () => kept["tokens"] as undefined,
      saveTokens: (tokens: unknown) => void (kept["tokens"] = tokens),
      redirectToAuthorization: (to: URL) => void (kept["sentTo"] = to.pathname),
      saveCodeVerifier: (verifier: string) => void (kept["verifier"] = verifier),
      codeVerifier: () => kept["verifier"] as string,
    };
    const first = httpMcpServer({ url, authProvider });
    await expect(first).rejects.toMatchObject({ code: "CAR_MCP_FAILED", cause: { name: "UnauthorizedError" } });
    expect(kept["sentTo"]).toBe("/authorize");
    const server = await connected({ url, authProvider, authorizationCode: "code" });
    const [tool] = await server.tools();
    await expect(call(tool)).resolves.toBe("12:00");
  });

  it("[TM-34] [5.9] that is not there, says nothing, or has no address is a typed error", async () => {
    const { url, server } = await listening(mcpListener(factory));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(httpMcpServer({ url })).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
    const silent = await listening(() => undefined);
    const began = performance.now();
    await expect(httpMcpServer({ url: silent.url, timeoutMs: 300 })).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
    expect(performance.now() - began).toBeLessThan(2_000);
    await expect(httpMcpServer({ url: "stdio:x" })).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID" });
    await expect(httpMcpServer({ url, header: {} } as never)).rejects.toMatchObject({
      message: "`httpMcpServer` has no option `header`; did you mean `headers`?",
    });
  });
});
