import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createRuntime } from "@car/engine";
import { ConfigInvalidError, type JsonObject } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { mcpTools, type LiveMcpServer, stdioMcpServer } from "@car/tools-mcp";
import { afterEach, describe, expect, it } from "vitest";
import type { WrapOptions } from "./index.js";
import { temporaryPaths, Workshop } from "./testing/workshop.js";

const fresh = temporaryPaths();
const SPOIL: Tool = {
  schema: { name: "spoil", reversibility: "reversible" },
  execute: () => Promise.reject(new Error("spoilt")),
};
const WRAPS: Readonly<Record<string, WrapOptions>> = {
  write_file: { paths: ["path"] },
  edit_file: { paths: ["path"] },
  move_file: { paths: ["source", "destination"] },
  create_directory: { paths: ["path"], shallow: true },
};

let server: LiveMcpServer | undefined;
afterEach(() => server?.close());

/** The official server on a folder, its tools wrapped. */
async function wrapped(): Promise<{ shop: Workshop; tools: readonly Tool[] }> {
  const shop = new Workshop(realpathSync(fresh().replace(/\/[^/]*$/, "")) + `/${Math.random()}`);
  mkdirSync(shop.at("dir/inner"), { recursive: true });
  writeFileSync(shop.at("dir/a.txt"), "one\ntwo\n", { mode: 0o600 });
  writeFileSync(shop.at("dir/large"), "large ".repeat(50_000));
  symlinkSync("dir/large", shop.at("link"));
  const require = createRequire(import.meta.url);
  const program = require.resolve("@modelcontextprotocol/server-filesystem/dist/index.js");
  server = await stdioMcpServer({ command: process.execPath, args: [program, shop.root], cwd: shop.root });
  const listed = await mcpTools(server.client, { include: Object.keys(WRAPS) });
  return {
    shop,
    tools: [...shop.kit.tools, ...listed.map((tool) => shop.kit.wrap(tool, WRAPS[tool.schema.name]!)), SPOIL],
  };
}

async function run(tools: readonly Tool[], calls: readonly (readonly [string, JsonObject])[]) {
  const runtime = createRuntime({ tools });
  const actions = calls.map(([tool, parameters], index) => ({
    id: `a${index}`,
    type: "tool_call" as const,
    tool,
    parameters,
    dependencies: index === 0 ? [] : [`a${index - 1}`],
  }));
  const result = await runtime.execute({ actions });
  await runtime.close();
  return result;
}

describe("the official MCP server for files", () => {
  it("[UF-20] its writing tools are undone, whatever way they name a path, through links and in place", async () => {
    const { shop, tools } = await wrapped();
    const before = shop.snapshot();
    const calls: readonly (readonly [string, JsonObject])[] = [
      ["write_file", { path: shop.at("new.txt"), content: "new" }],
      ["write_file", { path: shop.at("link"), content: "through the link" }],
      ["edit_file", { path: "dir/a.txt", edits: [{ oldText: "two", newText: "three" }] }],
      ["create_directory", { path: shop.at("x/y/z") }],
      ["create_directory", { path: shop.at("dir") }],
      ["move_file", { source: shop.at("dir"), destination: shop.at("x/y/z/dir") }],
      ["write_file", { path: shop.at("x/y/z/dir/inner/more"), content: "more" }],
    ];
    const undone = await run(tools, [...calls, ["spoil", {}]]);
    expect(undone.results.map(({ status, error }) => error ?? status)).toEqual([
      ...calls.map(() => "succeeded"),
      "spoilt",
    ]);
    expect([undone.status, undone.external_effects, shop.snapshot()]).toEqual(["rolled_back", "none", before]);
    expect((await run(tools, calls)).status).toBe("committed");
    expect(shop.snapshot()).toContain('x/y/z/dir/a.txt 600 "one\\nthree\\n"');
  });

  it("[UF-20] a call that fails is undone too, since nobody knows what it did", async () => {
    const { shop, tools } = await wrapped();
    const before = shop.snapshot();
    const result = await run(tools, [
      ["write_file", { path: shop.at("new.txt"), content: "new" }],
      ["edit_file", { path: shop.at("dir/a.txt"), edits: [{ oldText: "none", newText: "" }] }],
    ]);
    expect(result.results[1]?.status).toBe("failed");
    expect([result.status, result.external_effects, shop.snapshot()]).toEqual(["rolled_back", "none", before]);
  });

  it("[UF-20] a path that leads out of the root is refused before the server is asked", async () => {
    const { tools } = await wrapped();
    const result = await run(tools, [["write_file", { path: "/etc/passwd", content: "" }]]);
    expect(result.results[0]).toMatchObject({ status: "rejected", attempts: 0 });
    expect(result.results[0]?.error).toContain("leads to nothing outside of it");
  });
});

describe("wrap", () => {
  const tool = (schema: object = {}): Tool => ({
    schema: { name: "put", parameters: { type: "object", required: ["path"], properties: {} }, ...schema },
  });

  it("[UF-20] keeps the tool, and gives it a reader and a compensation", () => {
    const { kit } = new Workshop(fresh());
    const execute = (): null => null;
    expect(kit.wrap({ ...tool(), execute }, { paths: ["path"] })).toEqual({
      execute,
      schema: {
        ...tool().schema,
        reversibility: "compensable",
        before: {
          tool: "fs_image",
          parameters: { paths: ["$parameters.path"], shallow: false, outline: false, foreign: true },
          verify: true,
        },
        compensation: { tool: "fs_restore", parameters: { image: "$before" } },
      },
    });
  });

  it.each<[string, Tool, object, string]>([
    ["no paths", tool(), { paths: [] }, "names no parameter"],
    ["another parameter", tool(), { paths: ["file"] }, "has no required parameter `file`"],
    [
      "a compensation",
      tool({ compensation: { tool: "x" } }),
      { paths: ["path"] },
      "has a compensation or a reader already",
    ],
    ["another option", tool(), { paths: ["path"], deep: true }, "has no option `deep`"],
  ])("[UF-20] refuses a tool with %s", (_what, given, options, text) => {
    const { kit } = new Workshop(fresh());
    const wrap = (): unknown => kit.wrap(given, options as WrapOptions);
    expect(wrap).toThrow(ConfigInvalidError);
    expect(wrap).toThrow(text);
  });
});
