import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpMcpServer } from "./http-mcp-server.js";
import type { LiveMcpServer } from "./live-server.js";
import { stdioMcpServer } from "./stdio-mcp-server.js";
import { contextWith } from "./testing/test-support.js";
import { eraServer } from "./testing/era-server.js";
import { listening, mcpListener } from "./testing/listening.js";

/** The official server of the protocol of 2026, which refuses every older one. */
describe.each(["stdio", "http"] as const)("the protocol of 2026 over %s", (way) => {
  let server: LiveMcpServer;
  let listener: Server | undefined;
  let folder: string | undefined;

  beforeAll(async () => {
    if (way === "stdio") {
      // Below this package, whose dependencies it needs.
      folder = await mkdtemp(join(import.meta.dirname, "../node_modules/.era-"));
      const outfile = join(folder, "server.mjs");
      const entryPoints = [join(import.meta.dirname, "testing/era-program.ts")];
      const external = ["@modelcontextprotocol/*"];
      await build({
        entryPoints,
        bundle: true,
        platform: "node",
        format: "esm",
        external,
        outfile,
        logLevel: "silent",
      });
      server = await stdioMcpServer({ command: process.execPath, args: [outfile] });
      return;
    }
    const listened = await listening(mcpListener(eraServer, { legacy: "reject" }));
    listener = listened.server;
    server = await httpMcpServer({ url: listened.url });
  });
  afterAll(async () => {
    await server.close();
    listener?.closeAllConnections();
    listener?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  async function call(name: string, parameters = {}, options = {}, context = contextWith()): Promise<unknown> {
    const tools = await server.tools(options);
    return tools.find(({ schema }) => schema.name === name)?.execute?.(parameters, context);
  }

  it("[TM-33] is spoken, and every tool is listed", async () => {
    expect(server.client.getProtocolEra()).toBe("modern");
    const tools = await server.tools();
    expect(tools.map(({ schema }) => schema.name)).toEqual(["say", "double", "fail", "work", "hang"]);
    expect(tools.unusable).toEqual([]);
  });

  it("[TM-7] [TM-8] gives text, structure, and failures", async () => {
    await expect(call("say")).resolves.toBe("hello");
    await expect(call("double", { a: 2 })).resolves.toEqual({ a: 4 });
    await expect(call("fail")).rejects.toMatchObject({ class: "terminal", message: "no luck" });
  });

  it("[TM-31] tells of progress, which lengthens the wait", async () => {
    const said: object[] = [];
    const logger = { ...contextWith().logger, debug: (fields: object) => said.push(fields) };
    await expect(call("work", {}, { timeoutMs: 400 }, { ...contextWith(), logger })).resolves.toBe("worked");
    expect(said.length).toBeGreaterThan(0);
  });

  it("[TM-10] [TM-12] leaves open what a silent call did, and cancels one that is given up", async () => {
    await expect(call("hang", {}, { timeoutMs: 300 })).rejects.toMatchObject({ class: "timeout" });
    const canceled = call("hang", {}, {}, contextWith(AbortSignal.timeout(200)));
    await expect(canceled).rejects.toMatchObject({ class: "canceled" });
  });
});
