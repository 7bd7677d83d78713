import { ConfigInvalidError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { mcpTools } from "./mcp-tools.js";
import { stdioMcpServer } from "./stdio-mcp-server.js";
import { connectedTo, toolNamed } from "./test-support.js";

const HINTED = { ...toolNamed("peek"), annotations: { readOnlyHint: true, idempotentHint: true } };

describe("mcpTools", () => {
  it("[TM-1] lists the tools of every page in order, behind the prefix", async () => {
    const { client } = await connectedTo({
      list: ({ cursor }) => {
        const page = Number(cursor ?? 0);
        return { tools: [toolNamed(`tool_${page}`)], ...(page < 2 ? { nextCursor: String(page + 1) } : {}) };
      },
    });
    const tools = await mcpTools(client, { prefix: "x." });
    expect(tools.map(({ schema }) => schema.name)).toEqual(["x.tool_0", "x.tool_1", "x.tool_2"]);
  });

  it("[TM-1] takes description, input schema and output schema", async () => {
    const inputSchema = { type: "object" as const, properties: { a: { type: "string" } }, required: ["a"] };
    const outputSchema = { type: "object" as const, properties: { b: { type: "number" } } };
    const { client } = await connectedTo({
      list: () => ({ tools: [{ name: "t", description: "does it", inputSchema, outputSchema }] }),
    });
    const [tool] = await mcpTools(client);
    expect(tool?.schema).toMatchObject({
      description: "does it",
      parameters: inputSchema,
      returns: { anyOf: [outputSchema, { type: "string" }, { type: "array" }] },
    });
  });

  it("[TM-2] says a draft-07 schema again in 2020-12", async () => {
    const inputSchema = {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object" as const,
      properties: { pair: { type: "array", items: [{ type: "string" }], additionalItems: false } },
    };
    const { client } = await connectedTo({ list: () => ({ tools: [{ name: "t", inputSchema }] }) });
    const [tool] = await mcpTools(client);
    expect(tool?.schema.parameters).toEqual({
      type: "object",
      properties: { pair: { type: "array", prefixItems: [{ type: "string" }], items: false } },
    });
  });

  it("[TM-3] takes only the tools that are included, by name or by test", async () => {
    const { client } = await connectedTo({ list: () => ({ tools: ["a", "b", "c"].map(toolNamed) }) });
    const named = await mcpTools(client, { include: ["c", "a"] });
    const tested = await mcpTools(client, { include: ({ name }) => name !== "b" });
    expect(named.map(({ schema }) => schema.name)).toEqual(["a", "c"]);
    expect(tested.map(({ schema }) => schema.name)).toEqual(["a", "c"]);
  });

  it("[TM-3] refuses an included name that the server does not have", async () => {
    const { client } = await connectedTo({});
    await expect(mcpTools(client, { include: ["eco"] })).rejects.toMatchObject({
      code: "CAR_CONFIG_INVALID",
      message: "include: the server has no `eco`; it offers `echo`",
    });
  });

  it("[TM-4] [3.3] keeps hints as notes that decide nothing", async () => {
    const { client } = await connectedTo({ list: () => ({ tools: [HINTED] }) });
    const [tool] = await mcpTools(client);
    expect(tool?.schema.reversibility).toBeUndefined();
    expect(tool?.schema.idempotent).toBeUndefined();
    expect(tool?.schema.metadata).toEqual({ mcp: { name: "peek", annotations: HINTED.annotations } });
  });

  it("[TM-4] [3.3] believes the hints of a server that the host trusts", async () => {
    const renaming = { ...toolNamed("rename"), annotations: { idempotentHint: true } };
    const silent = toolNamed("silent");
    const { client } = await connectedTo({ list: () => ({ tools: [HINTED, renaming, silent] }) });
    const schemas = (await mcpTools(client, { trustAnnotations: true })).map(({ schema }) => schema);
    expect(schemas.map(({ reversibility, idempotent }) => ({ reversibility, idempotent }))).toEqual([
      { reversibility: "reversible", idempotent: true },
      { reversibility: undefined, idempotent: true },
      { reversibility: undefined, idempotent: undefined },
    ]);
  });

  it("[TM-5] lets the host's word win over facts and hints, field by field", async () => {
    const { client } = await connectedTo({ list: () => ({ tools: [HINTED] }) });
    const [tool] = await mcpTools(client, {
      trustAnnotations: true,
      host: ({ name }) => ({ name: `safe_${name}`, reversibility: "irreversible" }),
    });
    expect(tool?.schema).toMatchObject({ name: "safe_peek", reversibility: "irreversible", idempotent: true });
  });
});

describe("a server that cannot list its tools", () => {
  it("[TM-6] [5.9] fails when the connection is gone", async () => {
    const { client } = await connectedTo({});
    await client.close();
    await expect(mcpTools(client)).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
  });

  it("[TM-6] [5.9] fails when the server is silent, after the given time for all pages together", async () => {
    const { client } = await connectedTo({
      list: ({ cursor }) => (cursor === undefined ? { tools: [], nextCursor: "2" } : new Promise(() => undefined)),
    });
    await expect(mcpTools(client, { timeoutMs: 50 })).rejects.toMatchObject({
      code: "CAR_MCP_FAILED",
      message: "cannot list the server's tools: Request timed out",
    });
  });

  it("[TM-6] [5.9] fails when what it sends is no list of tools", async () => {
    const { client } = await connectedTo({ list: () => ({ tools: "none" }) });
    await expect(mcpTools(client)).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
  });

  it("[TM-6] [5.9] fails when the pages go in a circle, or on without end", async () => {
    const circle = await connectedTo({ list: () => ({ tools: [], nextCursor: "again" }) });
    await expect(mcpTools(circle.client)).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });

    const endless = await connectedTo({ list: ({ cursor = "0" }) => ({ tools: [], nextCursor: `${cursor}0` }) });
    await expect(mcpTools(endless.client)).rejects.toMatchObject({ code: "CAR_MCP_FAILED" });
  });
});

describe("an option that nobody reads", () => {
  it("[TM-19] of `mcpTools` is refused before the server is asked: nothing would be held against the pins", async () => {
    let asked = 0;
    const { client } = await connectedTo({ list: () => ({ tools: [toolNamed(`t${++asked}`)] }) });
    await expect(mcpTools(client, { pin: {} } as never)).rejects.toEqual(
      new ConfigInvalidError("`mcpTools` has no option `pin`; did you mean `pins`?"),
    );
    await expect(mcpTools(client, null as never)).rejects.toThrow(ConfigInvalidError);
    expect(asked).toBe(0);
  });

  it("[TM-19] of `stdioMcpServer` is refused before the server is started", async () => {
    const misspelt = { command: "/nowhere", envs: { KEY: "1" } };
    await expect(stdioMcpServer(misspelt)).rejects.toEqual(
      new ConfigInvalidError("`stdioMcpServer` has no option `envs`; did you mean `env`?"),
    );
  });
});
