import { collectEvents } from "@car/conformance/internal";
import { createRuntime } from "@car/engine";
import type { ProposalResult } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { kitOf, type TestKit } from "./test-support.js";

const SCHEMA = `
  CREATE TABLE stock (item TEXT PRIMARY KEY, left INTEGER CHECK (left >= 0));
  CREATE TABLE moves (n INTEGER PRIMARY KEY AUTOINCREMENT, item REFERENCES stock ON DELETE CASCADE, by);
  CREATE TRIGGER moved AFTER UPDATE ON stock BEGIN INSERT INTO moves (item, by) VALUES (NEW.item, NEW.left - OLD.left); END;
  INSERT INTO stock VALUES ('nut', 5), ('bolt', 3);
`;

/** As an MCP server for SQLite has it, and a tool that does something in between. */
function others({ database, kit }: TestKit, between: () => void): Tool[] {
  const writeQuery: Tool = {
    schema: { name: "write_query", parameters: { type: "object", properties: { query: { type: "string" } } } },
    execute: ({ query }) => void database.prepare(query as string).run([]),
  };
  const interfere: Tool = { schema: { name: "interfere", reversibility: "reversible" }, execute: between };
  return [kit.wrap(writeQuery, { sql: "$parameters.query" }), interfere];
}

interface Ended extends ProposalResult {
  /** All events, as text. */
  readonly log: string;
}

/** Executes calls, one after the other, and undoes the committed run when that is asked for. */
async function run(
  world: TestKit,
  calls: readonly (readonly [string, object])[],
  { between = () => {}, undo = false }: { readonly between?: () => void; readonly undo?: boolean } = {},
): Promise<Ended> {
  const runtime = createRuntime({ tools: [...world.kit.tools, ...others(world, between)] });
  const actions = calls.map(([tool, parameters], index) => ({
    id: `a${index}`,
    type: "tool_call",
    tool,
    parameters,
    dependencies: index === 0 ? [] : [`a${index - 1}`],
  }));
  const result = await runtime.execute({ actions });
  if (undo) await runtime.undo(result.run_id);
  const log = JSON.stringify(await collectEvents(runtime.eventLog));
  await runtime.close();
  return { ...result, log };
}

const everything = ({ dump }: TestKit): string[][] => ["stock", "moves", "sqlite_sequence"].map(dump);
const TAKE = ["sql_update", { table: "stock", set: { left: 4 }, where: "item = ?", params: ["nut"] }] as const;
const TOO_MUCH = ["sql_execute", { sql: "UPDATE stock SET left = left - 4" }] as const;
const WRAPPED = ["write_query", { query: "UPDATE stock SET left = left + 1" }] as const;

describe("a batch of calls", () => {
  it("[US-2] [US-12] that fails leaves the database as it was, whatever was done and by whichever tool", async () => {
    const world = kitOf(SCHEMA);
    const before = everything(world);
    const rest = [
      ["sql_insert", { table: "stock", rows: [{ item: "nail", left: 1 }] }],
      ["sql_delete", { table: "stock", where: "left > ?", params: [4] }],
    ] as const;
    const result = await run(world, [TAKE, WRAPPED, ...rest, WRAPPED, TOO_MUCH]);
    expect([result.status, result.external_effects]).toEqual(["rolled_back", "none"]);
    expect(result.results.at(-1)?.error).toContain("CHECK constraint failed: left >= 0");
    expect(everything(world)).toEqual(before);
  });

  it("[US-1] commits when nothing fails, and one call sees what the one before has done", async () => {
    const world = kitOf(SCHEMA);
    const sql = "SELECT left FROM stock WHERE item = '${a0.output.undo}' OR item = ? ORDER BY 1";
    const result = await run(world, [TAKE, ["sql_query", { sql, params: ["nut"] }]]);
    expect(result.status).toBe("committed");
    expect(result.results[1]?.output).toEqual({ columns: ["left"], rows: [[4]] });
    expect(world.dump("moves")).toHaveLength(1);
  });

  it("[US-2] [US-12] that was committed is undone later, byte for byte", async () => {
    const world = kitOf(SCHEMA);
    const before = everything(world);
    const result = await run(world, [TAKE, WRAPPED, ["sql_delete", { table: "stock", where: "true" }]], { undo: true });
    expect(result.status).toBe("committed");
    expect(everything(world)).toEqual(before);
  });

  it("[US-3] names the row that somebody else has changed meanwhile, and leaves it", async () => {
    const world = kitOf(SCHEMA);
    const between = (): void => void world.database.exec("UPDATE stock SET left = 100 WHERE item = 'nut'");
    const result = await run(world, [TAKE, ["interfere", {}], ["sql_delete", { table: "none", where: "true" }]], {
      between,
    });
    expect([result.status, result.external_effects]).toEqual(["rolled_back", "remain"]);
    expect(result.log).toContain('somebody else has changed stock(item=\\"nut\\") since');
    expect(world.database.prepare("SELECT left FROM stock WHERE item = 'nut'").get()).toMatchObject({ left: 100 });
  });

  it("[US-13] a wrapped tool's changes that somebody has built on stay, and are named", async () => {
    const world = kitOf(SCHEMA);
    const between = (): void => void world.database.exec("INSERT INTO stock VALUES ('screw', 1)");
    const result = await run(world, [WRAPPED, ["interfere", {}], TOO_MUCH], { between });
    expect([result.status, result.external_effects]).toEqual(["rolled_back", "remain"]);
    expect(result.log).toContain("somebody else has changed it since the call");
    expect(world.dump("stock")).toHaveLength(3);
  });

  it("[US-13] a wrapped tool is not called when no image of its tables can be taken", async () => {
    const world = kitOf(SCHEMA);
    const before = everything(world);
    const result = await run(world, [["write_query", { query: "DROP TABLE moves" }]]);
    expect(result.status).toBe("rolled_back");
    expect(result.log).toContain("only INSERT, UPDATE and DELETE can be undone");
    expect(everything(world)).toEqual(before);
  });
});
