import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import type { Tool } from "@car/ir/ports";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { LiveMcpServer, McpConnection } from "./live-server.js";
import { mcpPins } from "./pins.js";
import { stdioMcpServer, type StdioMcpServerOptions } from "./stdio-mcp-server.js";
import { contextWith } from "./testing/test-support.js";
import { scriptedServer } from "./testing/scripted-server.js";
import type { McpListChange } from "./tool-book.js";

const started: LiveMcpServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function live(options: StdioMcpServerOptions): Promise<LiveMcpServer> {
  const server = await stdioMcpServer(options);
  started.push(server);
  return server;
}

const call = (tool: Tool | undefined): Promise<unknown> => tool?.execute?.({}, contextWith()) as Promise<unknown>;

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "car-mcp-live-"));
  folders.push(folder);
  return folder;
}

/** Dies when it is called, and writes down each call and each start. */
async function mortal(onCall = "process.exit(1);") {
  const folder = await freshFolder();
  const file = join(folder, "calls");
  await writeFile(file, "");
  const script = scriptedServer(
    `if (m.method === "tools/call") { require("node:fs").appendFileSync(${JSON.stringify(file)}, "call\\n"); ${onCall} }`,
    `require("node:fs").appendFileSync(${JSON.stringify(file)}, "start\\n");`,
  );
  return { script, lines: async () => (await readFile(file, "utf8")).trim().split("\n") };
}

describe("a server that dies", () => {
  it("[TM-29] [4.5] leaves the call in flight in doubt, is started again, and the same tools work", async () => {
    const { script, lines } = await mortal(
      `if (m.params.arguments.die) process.exit(1); return reply({ content: [{ type: "text", text: "alive" }] });`,
    );
    const seen: McpConnection[] = [];
    const server = await live({ ...script, onConnection: (connection) => seen.push(connection) });
    const [tool] = await server.tools();
    const dying = tool?.execute?.({ die: true }, contextWith());
    await expect(dying).rejects.toMatchObject({ class: "timeout", cause: { code: "CAR_MCP_FAILED" } });
    await expect(call(tool)).rejects.toMatchObject({ class: "transient", cause: { code: "CAR_MCP_FAILED" } });
    await vi.waitFor(() => expect(seen).toEqual(["lost", "restored"]), { timeout: 5_000 });
    await expect(call(tool)).resolves.toBe("alive");
    expect(await lines()).toEqual(["start", "call", "start", "call"]);
  });

  it("[TM-29] [5.9] is given up after the last restart: calls go on to fail, and nothing is sent", async () => {
    const { script, lines } = await mortal();
    const seen: McpConnection[] = [];
    const server = await live({ ...script, restarts: 1, onConnection: (connection) => seen.push(connection) });
    const [tool] = await server.tools();
    await expect(call(tool)).rejects.toMatchObject({ class: "timeout" });
    await vi.waitFor(() => expect(seen).toEqual(["lost", "restored"]), { timeout: 5_000 });
    await expect(call(tool)).rejects.toMatchObject({ class: "timeout" });
    await vi.waitFor(() => expect(seen).toEqual(["lost", "restored", "lost", "given_up"]), { timeout: 5_000 });
    await expect(call(tool)).rejects.toMatchObject({ class: "transient" });
    expect(await lines()).toEqual(["start", "call", "start", "call"]);
  });

  it("[TM-29] is not started again after `close()`, and closing in the middle of a restart ends", async () => {
    const { script, lines } = await mortal();
    const server = await live(script);
    const [tool] = await server.tools();
    await expect(call(tool)).rejects.toMatchObject({ class: "timeout" });
    await server.close();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await lines()).toEqual(["start", "call"]);
  });

  it("[TM-29] [5.9] is noticed though a child of its own holds its output open", async () => {
    const { script } = await mortal(
      `require("node:child_process").spawn("sleep", ["3"], { stdio: "inherit", detached: true }); process.exit(1);`,
    );
    const server = await live({ ...script, restarts: 0 });
    const [tool] = await server.tools();
    const began = performance.now();
    await expect(call(tool)).rejects.toMatchObject({ class: "timeout" });
    expect(performance.now() - began).toBeLessThan(2_500);
  });
});

describe("a start", () => {
  it("[TM-14] works with a server that ends when it is asked for something new", async () => {
    const server = await live(scriptedServer(`if (m.method === "server/discover") process.exit(1);`));
    expect(await server.tools()).toHaveLength(1);
    expect(server.client.getProtocolEra()).toBe("legacy");
  });

  it("[TM-14] works with a server that is silent when it is asked for something new", async () => {
    const server = await live({ ...scriptedServer(`if (m.method === "server/discover") return;`), timeoutMs: 3_000 });
    expect(await server.tools()).toHaveLength(1);
  });
});

describe("a server of 2026 that sends what the official client does not take", () => {
  const NEW = scriptedServer(`
    const done = (result) => reply({ resultType: "complete", ...result });
    const serverInfo = { name: "s", version: "1" };
    if (m.method === "server/discover") {
      return done({ supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, serverInfo, ttlMs: 0, cacheScope: "private" });
    }
    if (m.method === "tools/list") return done({ tools: [...tools, { name: "odd" }, { name: "bad", inputSchema: 3 }], ttlMs: 0, cacheScope: "private" });
    if (m.method === "tools/call") return done({ content: [{ type: "hologram" }] });
  `);

  it("[TM-24] [TM-25] has the odd tool set aside alone, and its odd result read", async () => {
    const server = await live(NEW);
    expect(server.client.getProtocolEra()).toBe("modern");
    const tools = await server.tools();
    expect(tools.map(({ schema }) => schema.name)).toEqual(["t", "odd"]);
    expect(tools.unusable).toMatchObject([{ name: "bad" }]);
    await expect(call(tools[0])).resolves.toEqual([{ type: "hologram" }]);
  });
});

describe("a list that changes", () => {
  const CHANGING = scriptedServer(`if (m.method === "tools/call") {
    tools = [{ name: "t", description: "other", inputSchema: { type: "object" } }, { name: "u", inputSchema: { type: "object" } }];
    tell("notifications/tools/list_changed");
    return reply({ content: [] });
  }`);

  it("[TM-30] is told to the host, as tools", async () => {
    const server = await live(CHANGING);
    const changes: (McpListChange | Error)[] = [];
    const [tool] = await server.tools({ prefix: "x_", onListChanged: (change) => changes.push(change) });
    await call(tool);
    await vi.waitFor(() => expect(changes).toHaveLength(1));
    expect((changes[0] as McpListChange).tools.map(({ schema }) => schema.name)).toEqual(["x_t", "x_u"]);
    expect((changes[0] as McpListChange).refused).toBeUndefined();
    await expect(call(tool)).resolves.toBe("");
  });

  it("[TM-30] [6.4] is held against the pins: what has changed is called no more", async () => {
    const server = await live(CHANGING);
    const changes: McpListChange[] = [];
    const pins = await mcpPins(server.client);
    const tools = await server.tools({ pins, onListChanged: (change) => changes.push(change as McpListChange) });
    const runtime = createRuntime({ tools });
    const run = () => runtime.execute({ actions: [{ id: "a", type: "tool_call", tool: "t" }] });
    expect((await run()).status).toBe("committed");
    const after = await run();
    expect(after.results[0]).toMatchObject({ status: "failed", error: expect.stringContaining("`t` has changed") });
    await expect(call(tools[0])).rejects.toMatchObject({ class: "denied", cause: { code: "CAR_MCP_PIN_MISMATCH" } });
    await vi.waitFor(() => expect(changes).toHaveLength(1));
    expect(changes[0]?.tools).toHaveLength(0);
    expect(Object.keys(changes[0]?.refused?.found ?? {})).toEqual(["t", "u"]);
    await runtime.close();
  });
});

describe("a list under pins that is not known", () => {
  it("[TM-30] [6.4] lets no call through until it has been read", async () => {
    const server = await live(
      scriptedServer(
        `
        if (m.method === "tools/call") { tell("notifications/tools/list_changed"); return reply({ content: [] }); }
        if (m.method === "tools/list" && ++lists === 3) return refuse(-32603);`,
        "let lists = 0;",
      ),
    );
    const pins = await mcpPins(server.client);
    const changes: unknown[] = [];
    const onListChanged = (change: unknown): void => {
      changes.push(change);
      throw new Error("a mistake of the host");
    };
    const [tool] = await server.tools({ pins, onListChanged });
    await expect(call(tool)).resolves.toBe("");
    await vi.waitFor(() => expect(changes).toMatchObject([{ code: "CAR_MCP_FAILED" }]));
    // It is read again for the next call, and is as it was pinned.
    await expect(call(tool)).resolves.toBe("");
  });

  it("[TM-30] [6.4] is that of a server that was started again as another one", async () => {
    const file = join(await freshFolder(), "lives");
    const changing = scriptedServer(
      `if (m.method === "tools/call") process.exit(1);`,
      `
      const file = ${JSON.stringify(file)};
      require("node:fs").appendFileSync(file, "x");
      tools[0].description = require("node:fs").readFileSync(file, "utf8");`,
    );
    const seen: McpConnection[] = [];
    const server = await live({ ...changing, onConnection: (connection) => seen.push(connection) });
    const [tool] = await server.tools({ pins: await mcpPins(server.client) });
    await expect(call(tool)).rejects.toMatchObject({ class: "timeout" });
    await vi.waitFor(() => expect(seen).toEqual(["lost", "restored"]), { timeout: 5_000 });
    await expect(call(tool)).rejects.toMatchObject({ class: "denied", cause: { code: "CAR_MCP_PIN_MISMATCH" } });
  });
});

describe("progress", () => {
  it("[TM-31] lengthens the wait, and is logged", async () => {
    const server = await live(
      scriptedServer(`if (m.method === "tools/call") {
        let progress = 0;
        const timer = setInterval(() => {
          if (++progress < 6) return tell("notifications/progress", { progressToken: m.params._meta.progressToken, progress, total: 6 });
          clearInterval(timer);
          reply({ content: [{ type: "text", text: "done" }] });
        }, 150);
        return;
      }`),
    );
    const [tool] = await server.tools({ timeoutMs: 500 });
    const said: object[] = [];
    const logger = { ...contextWith().logger, debug: (fields: object) => said.push(fields) };
    await expect(tool?.execute?.({}, { ...contextWith(), logger })).resolves.toBe("done");
    expect(said).toContainEqual({ tool: "t", progress: 5, total: 6 });
  });
});

describe("an option that nobody reads", () => {
  it("[TM-19] of `tools` is refused", async () => {
    const server = await live(scriptedServer(""));
    await expect(server.tools({ onListChange: () => undefined } as never)).rejects.toMatchObject({
      message: "`tools` has no option `onListChange`; did you mean `onListChanged`?",
    });
  });

  it("[TM-19] is no better than a number that counts nothing", async () => {
    const script = scriptedServer("");
    const wrong = { code: "CAR_CONFIG_INVALID" };
    await expect(stdioMcpServer({ ...script, restarts: Number.NaN })).rejects.toMatchObject(wrong);
    await expect(stdioMcpServer({ ...script, timeoutMs: 0 })).rejects.toMatchObject(wrong);
  });
});
