import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigInvalidError } from "@car/ir";
import { afterAll, describe, expect, it } from "vitest";
import { mcpTools } from "./mcp-tools.js";
import { describedServer, loadServerDescription } from "./server-description.js";
import { connectedTo, toolNamed } from "./testing/test-support.js";

const folder = mkdtempSync(join(tmpdir(), "car-described-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: unknown): string {
  const path = join(folder, "server.json");
  writeFileSync(path, typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content));
  return path;
}

const UNDONE = {
  reversibility: "compensable",
  before: { tool: "image", parameters: { path: "$parameters.path", root: "$values.root" }, verify: true },
  compensation: { tool: "restore", parameters: { image: "$before" } },
};
const DOCUMENT = {
  server: "a server",
  needs: ["image", "restore"],
  values: { root: "where it is" },
  tools: { write: { ...UNDONE, fixed: { root: "$values.root" } }, look: { reversibility: "reversible" } },
};
const BESIDE = ["image", "restore"].map((name) => ({ schema: { name } }));

describe("a described server", () => {
  it("[TM-20] gives its tools what the file says, with the host's values, and the host's word wins", async () => {
    const described = await loadServerDescription(fileWith(DOCUMENT), { root: "/r" });
    const write = {
      name: "write",
      inputSchema: {
        type: "object" as const,
        properties: { path: { type: "string" }, root: { type: "string" } },
        required: ["path"],
      },
    };
    const { client } = await connectedTo({
      list: () => ({ tools: [write, toolNamed("look"), toolNamed("constructor")] }),
    });
    const host = ({ name }: { readonly name: string }): object => (name === "look" ? { idempotent: true } : {});
    const tools = await mcpTools(client, { described, beside: BESIDE, host });
    const [first, second, third] = tools.map(({ schema }) => schema);
    expect(first).toMatchObject({
      ...UNDONE,
      before: { ...UNDONE.before, parameters: { path: "$parameters.path", root: "/r" } },
      parameters: {
        properties: { path: { type: "string" }, root: { type: "string", const: "/r" } },
        required: ["path", "root"],
      },
    });
    expect(first?.idempotent).toBeUndefined();
    expect(second).toMatchObject({ reversibility: "reversible", idempotent: true });
    expect(third?.reversibility).toBeUndefined();
  });

  it("[TM-21] is refused before it is asked when a tool that it needs is not beside it", async () => {
    const described = await loadServerDescription(fileWith(DOCUMENT), { root: "/r" });
    let asked = 0;
    const { client } = await connectedTo({ list: () => ({ tools: [toolNamed(`t${++asked}`)] }) });
    await expect(mcpTools(client, { described, beside: BESIDE.slice(1) })).rejects.toEqual(
      new ConfigInvalidError(
        "beside: the description of `a server` needs `image`: give the tools that are registered beside it",
      ),
    );
    expect(asked).toBe(0);
  });

  it.each([
    ["{", /server\.json: is no description of a server: it is no JSON/],
    [new Uint8Array([0xff]), /server\.json: is no description/],
    [[], /server\.json: expected an object/],
    [{ ...DOCUMENT, tolls: {} }, /server\.json.* has no option `tolls`; did you mean `tools`/],
    [{ ...DOCUMENT, server: 1 }, /server\.json: server: /],
    [{ ...DOCUMENT, needs: "image" }, /server\.json: needs: expected a list/],
    [{ ...DOCUMENT, tools: [] }, /server\.json: tools: expected an object/],
    [{ ...DOCUMENT, tools: { w: { befor: 1 } } }, /server\.json: tools\.w.*befor.*`before`/],
    [{ ...DOCUMENT, tools: { w: { name: "x" } } }, /server\.json: tools\.w.*name/],
    [{ ...DOCUMENT, tools: { w: { before: { tool: 1 } } } }, /server\.json: tools\.w.*before\.tool/],
    [{ ...DOCUMENT, tools: { w: { fixed: [] } } }, /server\.json: tools\.w\.fixed: expected an object/],
    [{ ...DOCUMENT, values: {} }, /server\.json: values.* has no option `root`/],
    [
      { ...DOCUMENT, values: { root: "r", other: "what it is" } },
      /server\.json: values\.other is missing: "what it is"/,
    ],
    [{ ...DOCUMENT, tools: { w: { fixed: { a: "$values.rot" } } } }, /server\.json: `\$values\.rot` is not among/],
  ])("[TM-22] %j is refused with file and place", async (content, message) => {
    const loaded = loadServerDescription(fileWith(content), { root: "/r" });
    await expect(loaded).rejects.toBeInstanceOf(ConfigInvalidError);
    await expect(loaded).rejects.toThrow(message);
  });

  it("[TM-22] a file that is not there is named", async () => {
    await expect(loadServerDescription(join(folder, "no.json"))).rejects.toThrow(/no\.json: .*ENOENT/);
  });

  it("[TM-23] those of this package are whole: what they name is needed, and what they need is named", async () => {
    for (const [name, values] of [
      ["filesystem", {}],
      ["memory", { memory_file: "m.jsonl" }],
      ["git", { repository: "/r" }],
      ["sqlite", {}],
    ] as const) {
      const { needs, tools } = await describedServer(name, values);
      const named = Object.values(tools).flatMap(({ before, compensation }) => [before?.tool, compensation?.tool]);
      expect([...new Set(named.filter((tool) => tool !== undefined))]).toEqual(needs);
      for (const { reversibility } of Object.values(tools)) expect(reversibility).toBeDefined();
    }
  });
});
