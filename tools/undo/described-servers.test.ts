import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import type { ProposalResult } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { describedServer, mcpTools, type LiveMcpServer, stdioMcpServer } from "@car/tools-mcp";
import { undoFs } from "@car/undo-fs";
import { undoGit } from "@car/undo-git";
import { undoSql } from "@car/undo-sql";
import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { McpServer } from "@modelcontextprotocol/server";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";

const require = createRequire(import.meta.url);
const root = mkdtempSync(join(tmpdir(), "car-described-servers-"));
const servers: LiveMcpServer[] = [];
let count = 0;
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(root, { recursive: true, force: true });
});

function place(): { readonly folder: string; readonly store: string } {
  const folder = join(root, String(++count), "root");
  mkdirSync(folder, { recursive: true });
  return { folder, store: join(root, String(count), "store") };
}

const FILESYSTEM = require.resolve("@modelcontextprotocol/server-filesystem/dist/index.js");
const MEMORY = require.resolve("@modelcontextprotocol/server-memory/dist/index.js");

async function started(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<LiveMcpServer> {
  const running = await stdioMcpServer({ command: process.execPath, args, env });
  servers.push(running);
  return running;
}

type Answer = (tool: string, parameters: Readonly<Record<string, unknown>>) => string;

/** A server in this process with tools of these names. */
async function standIn(names: readonly string[], answer: Answer): Promise<Client> {
  const { server } = new McpServer({ name: "stand-in", version: "1.0.0" }, { capabilities: { tools: {} } });
  const tools = names.map((name) => ({ name, inputSchema: { type: "object" as const } }));
  server.setRequestHandler("tools/list", () => ({ tools }));
  server.setRequestHandler("tools/call", ({ params: { name, arguments: given = {} } }) => ({
    content: [{ type: "text", text: answer(name, given) }],
  }));
  const client = new Client({ name: "test", version: "1.0.0" });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  return client;
}

/** Names, modes and contents. */
function snapshotOf(folder: string, at = ""): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, at)).sort()) {
    const path = join(at, name);
    const stat = statSync(join(folder, path));
    if (stat.isDirectory()) Object.assign(found, { [`${path}/`]: stat.mode }, snapshotOf(folder, path));
    else found[path] = `${stat.mode} ${readFileSync(join(folder, path), "latin1")}`;
  }
  return found;
}

type Calls = readonly (readonly [tool: string, parameters: object])[];

async function execute(tools: readonly Tool[], calls: Calls, ...more: Calls): Promise<ProposalResult> {
  const spoil: Tool = {
    schema: { name: "spoil", reversibility: "reversible" },
    execute: () => Promise.reject(new Error("spoilt")),
  };
  const runtime = createRuntime({ tools: [...tools, spoil] });
  const actions = [...calls, ...more].map(([tool, parameters], index) => ({
    id: `a${index}`,
    type: "tool_call" as const,
    tool,
    parameters,
    ...(index === 0 ? {} : { dependencies: [`a${index - 1}`] }),
  }));
  const result = await runtime.execute({ actions });
  await runtime.close();
  return result;
}

const SPOIL = ["spoil", {}] as const;

describe("the filesystem server", () => {
  it("[TM-23] every one of its tools is described, and a batch that fails leaves all files as they were", async () => {
    const { folder, store } = place();
    writeFileSync(join(folder, "a.txt"), "one\n");
    mkdirSync(join(folder, "d"));
    writeFileSync(join(folder, "d/b.txt"), "two\n");
    const before = snapshotOf(folder);
    const { client } = await started([FILESYSTEM, folder]);
    const described = await describedServer("filesystem");
    const beside = undoFs({ root: folder, store }).tools;
    const tools = await mcpTools(client, { described, beside });
    expect(tools.map(({ schema }) => schema.name).sort()).toEqual(Object.keys(described.tools).sort());

    const at = (path: string): string => join(folder, path);
    const calls: Calls = [
      ["write_file", { path: at("a.txt"), content: "changed" }],
      ["write_file", { path: at("new.txt"), content: "new" }],
      ["edit_file", { path: at("a.txt"), edits: [{ oldText: "changed", newText: "twice" }] }],
      ["create_directory", { path: at("x/y/z") }],
      ["move_file", { source: at("d"), destination: at("x/y/z/d") }],
      ["read_text_file", { path: at("x/y/z/d/b.txt") }],
    ];
    const undone = await execute([...tools, ...beside], calls, SPOIL);
    expect(undone).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(snapshotOf(folder)).toEqual(before);

    const done = await execute([...tools, ...beside], calls);
    expect(done.status).toBe("committed");
    expect(readFileSync(at("a.txt"), "utf8")).toBe("twice");
  });
});

describe("the memory server", () => {
  it("[TM-23] every one of its tools is described, and a batch that fails leaves the memory as it was", async () => {
    const { folder, store } = place();
    const file = join(folder, "memory.jsonl");
    const { client } = await started([MEMORY], { MEMORY_FILE_PATH: file });
    const described = await describedServer("memory", { memory_file: "memory.jsonl" });
    const beside = undoFs({ root: folder, store }).tools;
    const tools = [...(await mcpTools(client, { described, beside })), ...beside];
    const names = tools.slice(0, -beside.length).map(({ schema }) => schema.name);
    expect(names.sort()).toEqual(Object.keys(described.tools).sort());

    const create: Calls = [
      ["create_entities", { entities: [{ name: "Ada", entityType: "person", observations: ["writes"] }] }],
      ["create_entities", { entities: [{ name: "Engine", entityType: "machine", observations: [] }] }],
      ["create_relations", { relations: [{ from: "Ada", to: "Engine", relationType: "describes" }] }],
    ];
    expect(await execute(tools, create, SPOIL)).toMatchObject({ external_effects: "none" });
    expect(existsSync(file)).toBe(false);
    expect((await execute(tools, create)).status).toBe("committed");

    const before = readFileSync(file, "utf8");
    const undone = await execute(tools, [
      ["add_observations", { observations: [{ entityName: "Ada", contents: ["counts"] }] }],
      ["delete_observations", { deletions: [{ entityName: "Ada", observations: ["writes"] }] }],
      ["delete_relations", { relations: [{ from: "Ada", to: "Engine", relationType: "describes" }] }],
      ["delete_entities", { entityNames: ["Engine"] }],
      ["add_observations", { observations: [{ entityName: "nobody", contents: ["x"] }] }],
    ]);
    expect(undone).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});

/** Answers as the published server does, with the git that is here. */
function gitServer(folder: string): Answer {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  return (name, given) => {
    const { files, message, branch_name: branch } = given as Readonly<Record<string, string>> & { files: string[] };
    if (name === "git_add") return git("add", ...files);
    if (name === "git_reset") return git("reset", "-q");
    if (name === "git_commit") return git("commit", "-qm", message ?? "");
    if (name === "git_create_branch") return git("branch", branch ?? "");
    return name === "git_checkout" ? git("checkout", "-q", branch ?? "") : git("status");
  };
}

describe("the git server", () => {
  it("[TM-23] a stand-in with its names: a batch that fails leaves the repository as it was", async () => {
    const { folder } = place();
    const git = (...args: readonly string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
    git("init", "-q", "-b", "main");
    git("config", "user.name", "Ada");
    git("config", "user.email", "ada@example.com");
    writeFileSync(join(folder, "a.txt"), "one\n");
    git("add", ".");
    git("commit", "-qm", "one");
    writeFileSync(join(folder, "a.txt"), "two\n");
    const snapshot = (): readonly string[] => [
      git("for-each-ref"),
      git("status", "--porcelain", "-b"),
      git("diff"),
      git("diff", "--cached"),
    ];
    const before = snapshot();

    const described = await describedServer("git", { repository: folder });
    const client = await standIn(Object.keys(described.tools), gitServer(folder));
    const kit = undoGit({ repository: folder });
    const beside = [kit.image, kit.restore];
    const tools = [...(await mcpTools(client, { described, beside })), ...beside];
    const at = { repo_path: folder };
    const calls: Calls = [
      ["git_add", { ...at, files: ["a.txt"] }],
      ["git_commit", { ...at, message: "two" }],
      ["git_create_branch", { ...at, branch_name: "topic" }],
      ["git_checkout", { ...at, branch_name: "topic" }],
      ["git_status", at],
    ];
    expect(await execute(tools, calls, SPOIL)).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(snapshot()).toEqual(before);
    expect((await execute(tools, calls)).status).toBe("committed");
    const elsewhere = await execute(tools, [["git_status", { repo_path: root }]]);
    expect(elsewhere.results[0]).toMatchObject({ status: "rejected", reason: { code: "invalid" } });
  });
});

describe("the SQLite server", () => {
  it("[TM-23] a stand-in with its names: a batch that fails leaves all rows as they were", async () => {
    const { folder } = place();
    const file = join(folder, "data.db");
    const own = new Database(file);
    own.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two')");
    const rows = (): unknown => own.prepare("SELECT * FROM t ORDER BY id").all();
    const before = rows();

    const described = await describedServer("sqlite");
    const client = await standIn(Object.keys(described.tools), (name, { query }) => {
      const statement = own.prepare(String(query));
      return name === "read_query" ? JSON.stringify(statement.all()) : String(statement.run().changes);
    });
    const kit = undoSql({ database: file });
    const tools = [...(await mcpTools(client, { described, beside: kit.tools })), ...kit.tools];
    const calls: Calls = [
      ["write_query", { query: "UPDATE t SET text = 'changed' WHERE id = 1" }],
      ["write_query", { query: "DELETE FROM t WHERE id = 2" }],
      ["write_query", { query: "INSERT INTO t VALUES (3, 'three')" }],
      ["read_query", { query: "SELECT * FROM t" }],
    ];
    expect(await execute(tools, calls, SPOIL)).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(rows()).toEqual(before);
    expect((await execute(tools, calls)).status).toBe("committed");
    kit.close();
    own.close();
  });
});
