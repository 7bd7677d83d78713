import { createRuntime } from "@car/engine";
import { ConfigInvalidError } from "@car/ir";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as OldTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { describe, expect, it } from "vitest";
import { mcpTools } from "./mcp-tools.js";
import { stdioMcpServer } from "./stdio-mcp-server.js";
import { connectedTo, contextWith, toolNamed } from "./testing/test-support.js";

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

describe("a tool that no runtime would take", () => {
  const ODD = { name: "odd", inputSchema: { type: "object", properties: { when: { type: "date" } } } };
  const serving = async (...tools: readonly object[]) =>
    (await connectedTo({ list: () => ({ tools: [toolNamed("good"), ...tools] }) })).client;

  it("[TM-24] is set aside with its reason, and the others stay", async () => {
    const told: unknown[] = [];
    const client = await serving(ODD, { name: "x".repeat(300), inputSchema: {} }, { inputSchema: {} });
    const tools = await mcpTools(client, { onUnusableTool: (...said) => told.push(said) });
    expect(tools.map(({ schema }) => schema.name)).toEqual(["good"]);
    expect(tools.unusable.map(({ name }) => name)).toEqual(["", "odd", "x".repeat(300)]);
    expect(tools.unusable[1]?.reason).toMatch(/^inputSchema: .*properties\/when/);
    expect(told).toEqual(tools.unusable.map(({ name, reason }) => [name, reason]));
    expect(() => createRuntime({ tools })).not.toThrow();
  });

  it("[TM-28] has a name that the server lists twice: neither of the two is called in the other's place", async () => {
    const tools = await mcpTools(await serving(toolNamed("a"), toolNamed("a")));
    expect(tools.map(({ schema }) => schema.name)).toEqual(["good"]);
    expect(tools.unusable).toMatchObject([{ name: "a" }]);
  });

  it("[TM-24] is an error where the host names it", async () => {
    const named = {
      code: "CAR_CONFIG_INVALID",
      message: expect.stringMatching(/^the tool `odd` cannot be used: inputSch/),
    };
    await expect(mcpTools(await serving(ODD), { include: ["odd"] })).rejects.toMatchObject(named);
    await expect(mcpTools(await serving(ODD), { pins: { odd: "0" } })).rejects.toMatchObject(named);
  });

  it("[TM-24] works with the host's own schema, and the host's own error is no reason to set a tool aside", async () => {
    const tools = await mcpTools(await serving(ODD), { host: () => ({ parameters: { type: "object" } }) });
    expect(tools.map(({ schema }) => schema.name)).toEqual(["good", "odd"]);
    const wrong = mcpTools(await serving(), { host: () => ({ reversibility: "compensable" }) });
    await expect(wrong).rejects.toMatchObject({ code: "CAR_TOOL_INVALID" });
  });

  it("[TM-27] is one that works, where only a part of it cannot be checked here; its metadata says which", async () => {
    const inputSchema = { properties: { to: { $ref: "#/$defs/Gone" } } };
    const [, tool] = await mcpTools(await serving({ name: "mail", inputSchema }));
    expect(tool?.schema.parameters).toEqual({ type: "object", properties: { to: {} } });
    expect(tool?.schema.metadata).toMatchObject({ mcp: { unchecked: ['parameters: the reference "#/$defs/Gone"'] } });
  });

  it("[TM-2] keeps an output schema's references, beside what a server may say without structure", async () => {
    const outputSchema = { $defs: { n: { type: "number" } }, type: "object", properties: { n: { $ref: "#/$defs/n" } } };
    const { client } = await connectedTo({
      list: () => ({ tools: [{ ...toolNamed("t"), outputSchema }] }),
      call: () => ({ content: [], structuredContent: { n: "x" } }),
    });
    const runtime = createRuntime({ tools: await mcpTools(client) });
    const { results } = await runtime.execute({ actions: [{ id: "a", type: "tool_call", tool: "t" }] });
    expect(results[0]?.reason?.code).toBe("invalid_output");
    await runtime.close();
  });

  it("[TM-1] is listed by the older client alike", async () => {
    const [ours, theirs] = OldTransport.createLinkedPair();
    const { server } = await connectedTo({});
    await server.close();
    const old = new OldClient({ name: "old", version: "1.0.0" });
    await Promise.all([server.connect(theirs), old.connect(ours)]);
    const [tool] = await mcpTools(old);
    await expect(tool?.execute?.({}, contextWith())).resolves.toBe("done");
    await old.close();
    await expect(tool?.execute?.({}, contextWith())).rejects.toMatchObject({ class: "transient" });
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
