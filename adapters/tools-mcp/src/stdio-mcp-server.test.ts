import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mcpTools } from "./mcp-tools.js";
import { stdioMcpServer } from "./stdio-mcp-server.js";
import { contextWith } from "./testing/test-support.js";

const require = createRequire(import.meta.url);
const FILESYSTEM = require.resolve("@modelcontextprotocol/server-filesystem/dist/index.js");

/** A server made of one line of script per message it gets; `reply(result)` answers the message `m`. */
function scripted(onMessage: string): { command: string; args: string[] } {
  const script = `
    const say = (text) => process.stdout.write(text + "\\n");
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const m = JSON.parse(line);
      const reply = (result) => say(JSON.stringify({ jsonrpc: "2.0", id: m.id, result }));
      if (m.method === "initialize") {
        const { protocolVersion } = m.params;
        return reply({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } });
      }
      if (m.method === "tools/list") return reply({ tools: [{ name: "t", inputSchema: { type: "object" } }] });
      if (m.method === "server/discover") {
        return say(JSON.stringify({ jsonrpc: "2.0", id: m.id, error: { code: -32601, message: "unknown" } }));
      }
      ${onMessage}
    });`;
  return { command: process.execPath, args: ["-e", script] };
}

/** Whether a process of this id runs. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("the official filesystem server", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "car-tools-mcp-")));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("[TM-14] starts, serves its tools on real files, and ends", async () => {
    await writeFile(join(folder, "a.txt"), "one\n");
    const server = await stdioMcpServer({ command: process.execPath, args: [FILESYSTEM, folder] });
    const tools = new Map((await mcpTools(server.client)).map((tool) => [tool.schema.name, tool]));
    const call = (name: string, parameters: Record<string, string>): unknown =>
      tools.get(name)?.execute?.(parameters, contextWith());

    await expect(call("read_text_file", { path: join(folder, "a.txt") })).resolves.toEqual({ content: "one\n" });
    await call("write_file", { path: join(folder, "b.txt"), content: "two\n" });
    expect(await readFile(join(folder, "b.txt"), "utf8")).toBe("two\n");
    await expect(call("read_text_file", { path: "/etc/hostname" })).rejects.toMatchObject({ class: "terminal" });

    await server.close();
    await server.close();
    await expect(call("read_text_file", { path: join(folder, "a.txt") })).rejects.toMatchObject({ class: "transient" });
  });
});

describe("a server that fails", () => {
  it("[TM-15] [5.9] is a typed error when the program does not exist", async () => {
    await expect(stdioMcpServer({ command: "/no/such/program" })).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
  });

  it("[TM-15] [5.9] repeats the last words of a program that ends early", async () => {
    const start = stdioMcpServer({
      command: process.execPath,
      args: ["-e", 'console.error("no config"); process.exit(3)'],
    });
    await expect(start).rejects.toMatchObject({
      code: "CAR_MCP_FAILED",
      message: expect.stringContaining("no config"),
    });
  });

  it("[TM-15] [5.9] is a typed error when the program stays silent, and the program is gone", async () => {
    const heard: string[] = [];
    const silent = "console.error(process.pid); process.stdin.resume()";
    const start = stdioMcpServer({
      command: process.execPath,
      args: ["-e", silent],
      timeoutMs: 1_500,
      onStderr: (text) => heard.push(text),
    });
    await expect(start).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
    expect(isAlive(Number(heard.join("")))).toBe(false);
  });

  it("[TM-16] [5.9] fails the call during which it dies", async () => {
    const server = await stdioMcpServer(scripted(`if (m.method === "tools/call") process.exit(1);`));
    const [tool] = await mcpTools(server.client);
    await expect(tool?.execute?.({}, contextWith())).rejects.toMatchObject({
      class: "timeout",
      cause: { code: "CAR_MCP_FAILED" },
    });
    await server.close();
  });

  it("[TM-16] [5.9] may write lines that are not MCP", async () => {
    const junk = `if (m.method === "tools/call") { say("starting..."); say("{}"); reply({ content: [] }); }`;
    const server = await stdioMcpServer(scripted(junk));
    const [tool] = await mcpTools(server.client);
    await expect(tool?.execute?.({}, contextWith())).resolves.toBe("");
    await server.close();
  });

  it("[TM-10] [4.5] leaves open what it did when its answer is no tool result", async () => {
    const server = await stdioMcpServer(scripted(`if (m.method === "tools/call") reply({ task: { taskId: "1" } });`));
    const [tool] = await mcpTools(server.client);
    await expect(tool?.execute?.({}, contextWith())).rejects.toMatchObject({
      class: "timeout",
      cause: { code: "CAR_MCP_FAILED" },
    });
    await server.close();
  });

  it("[TM-16] [5.9] is given up when it sends nothing but junk", async () => {
    const server = await stdioMcpServer(scripted(`if (m.method === "tools/call") say("\\u0000\\u0007 junk");`));
    const [tool] = await mcpTools(server.client, { timeoutMs: 300 });
    await expect(tool?.execute?.({}, contextWith())).rejects.toMatchObject({ class: "timeout" });
    await server.close();
  });
});
