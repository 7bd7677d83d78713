import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { expect, it } from "vitest";
import { stdioMcpServer } from "./stdio-mcp-server.js";

const require = createRequire(import.meta.url);

it.each<[string, string, number, object]>([
  ["everything", "echo", 10, { message: "hello" }],
  ["filesystem", "list_directory", 10, { path: "." }],
  ["memory", "read_graph", 9, {}],
])("[TM-14] [TM-24] the server %s of npm offers every tool, and answers", async (name, tool, least, parameters) => {
  const folder = await mkdtemp(join(tmpdir(), "car-npm-server-"));
  const program = require.resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);
  const server = await stdioMcpServer({
    command: process.execPath,
    args: [program, ...(name === "filesystem" ? [folder] : [])],
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
});
