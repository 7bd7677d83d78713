import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { expect, it } from "vitest";
import { stdioMcpServer } from "./stdio-mcp-server.js";

const require = createRequire(import.meta.url);

const EVERYTHING = require.resolve("@modelcontextprotocol/server-everything/dist/index.js");
const FILESYSTEM = require.resolve("@modelcontextprotocol/server-filesystem/dist/index.js");
const MEMORY = require.resolve("@modelcontextprotocol/server-memory/dist/index.js");

it.each<[string, string, number, object]>([
  [EVERYTHING, "echo", 10, { message: "hello" }],
  [FILESYSTEM, "list_directory", 10, { path: "." }],
  [MEMORY, "read_graph", 9, {}],
])(
  "[TM-14] [TM-24] the server of npm in %s offers every tool, and answers to `%s`",
  async (program, tool, least, parameters) => {
    const folder = await mkdtemp(join(tmpdir(), "car-npm-server-"));
    const server = await stdioMcpServer({
      command: process.execPath,
      args: [program, ...(program === FILESYSTEM ? [folder] : [])],
      env: { MEMORY_FILE_PATH: join(folder, "memory.jsonl") },
      cwd: folder,
    });
    const tools = await server.tools();
    expect(tools.unusable).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(least);
    const runtime = createRuntime({ tools });
    const action = { id: "a", type: "tool_call" as const, tool, parameters: parameters as Record<string, string> };
    expect(await runtime.execute({ actions: [action] })).toMatchObject({ status: "committed" });
    await runtime.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  },
);
