import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Captured, captured } from "../testing/captured.js";

interface Rpc {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly protocolVersion?: string };
}

const TOOLS = [
  { name: "greet", inputSchema: { type: "object", properties: { who: { type: "string" } } } },
  { name: "odd", inputSchema: { type: "object", properties: { n: { type: "whole" } } } },
];

/** The least of an MCP server: what it answers to one message. */
function answerTo({ id, method, params }: Rpc): object | undefined {
  const reply = (result: object): object => ({ jsonrpc: "2.0", id, result });
  if (id === undefined) return undefined;
  if (method === "tools/list") return reply({ tools: TOOLS });
  if (method === "tools/call") return reply({ content: [{ type: "text", text: "hello" }] });
  if (method !== "initialize") return { jsonrpc: "2.0", id, error: { code: -32_601, message: "no such method" } };
  const { protocolVersion } = params ?? {};
  return reply({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } });
}

const STDIO = `
const TOOLS = ${JSON.stringify(TOOLS)};
${answerTo.toString().replaceAll(/\s*\/\*\*.*\*\//g, "")}
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const answer = answerTo(JSON.parse(line));
  if (answer) process.stdout.write(JSON.stringify(answer) + "\\n");
});`;

let folder = "";
let http: HttpServer | undefined;
let keys: (string | undefined)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "car-servers-"));
  keys = [];
});
afterEach(async () => {
  http?.closeAllConnections();
  http?.close();
  http = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function startHttp(): Promise<string> {
  http = createServer((request: IncomingMessage, response) => {
    keys.push(request.headers["x-key"] as string | undefined);
    void text(request).then((body) => {
      const answer = request.method === "POST" ? answerTo(JSON.parse(body) as Rpc) : undefined;
      if (answer === undefined) return response.writeHead(request.method === "POST" ? 202 : 405).end();
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => http?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

async function run(server: object): Promise<Captured> {
  const config = join(folder, "car.config.json");
  const plan = join(folder, "plan.json");
  const call = { id: "a", type: "tool_call", tool: "my_greet", parameters: { who: "ann" } };
  await writeFile(config, JSON.stringify({ servers: { mine: server } }));
  await writeFile(plan, JSON.stringify({ actions: [call] }));
  return captured(["run", plan, "--config", config, "--json"]);
}

describe("servers of a configuration", () => {
  it("[CLI-32] one that is a program is started; a tool that no runtime would take is told of, the others stay", async () => {
    await writeFile(join(folder, "server.cjs"), STDIO);
    const { code, out, err } = await run({ command: process.execPath, args: ["server.cjs"], prefix: "my_" });
    expect(err).toMatch(/server mine: its tool `odd` is left out: .*type/);
    expect([code, out]).toEqual([0, expect.stringContaining('"output": "hello"')]);
  });

  it("[CLI-32] one that has an address is called, with its headers", async () => {
    const url = await startHttp();
    process.env["CAR_TEST_KEY"] = "s3cret";
    const { code, out } = await run({ url, prefix: "my_", headers: { "x-key": "${env.CAR_TEST_KEY}" } });
    expect([code, out]).toEqual([0, expect.stringContaining('"output": "hello"')]);
    expect(new Set(keys)).toEqual(new Set(["s3cret"]));
  });

  it("[CLI-32] one that is not there is named, and nothing runs", async () => {
    const { code, err } = await run({ url: "http://127.0.0.1:1/mcp" });
    expect([code, err]).toEqual([2, expect.stringContaining("127.0.0.1:1")]);
  });

  it("[CLI-32] a description that needs tools which are not there is told so", async () => {
    await writeFile(join(folder, "server.cjs"), STDIO);
    const { code, err } = await run({ command: process.execPath, args: ["server.cjs"], described: "filesystem" });
    expect([code, err]).toEqual([2, expect.stringContaining("needs")]);
  });
});
