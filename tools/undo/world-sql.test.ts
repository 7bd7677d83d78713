import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@car/conformance";
import { type JsonObject, ToolError } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import { afterAll, describe, expect, it } from "vitest";
import { diceOf } from "../crash/dice.js";
import { SEED } from "../lib/seed.js";
import type { World, WorldCall } from "./world.js";
import { sqlWorld } from "./world-sql.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-sql-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Calls a tool as the engine does: its reader first. */
function caller(tools: readonly Tool[]) {
  const call = (name: string, parameters: JsonObject, idempotencyKey = ""): JsonObject =>
    tools
      .find(({ schema }) => schema.name === name)
      ?.execute?.(parameters, { idempotencyKey } as ToolContext) as JsonObject;
  return {
    call,
    /** Gives what undoes the call. */
    make: ({ tool, parameters }: WorldCall, key: string): (() => JsonObject) => {
      if (tool !== "write_query") {
        call(tool, parameters, key);
        return () => call("sql_undo", { undo: key });
      }
      const image = call("sql_image", { sql: parameters["query"] ?? "" });
      call(tool, parameters);
      return () => call("sql_restore", { image });
    },
  };
}

/** A database that is looked at around each call. */
interface Scene {
  readonly world: World;
  readonly folder: string;
  readonly make: ReturnType<typeof caller>["make"];
}

/** What undoes a call, and what is to be there then; nothing when it was refused, which has to leave everything as it was. */
async function attempt({ world, folder, make }: Scene, call: WorldCall, key: string) {
  const before = await world.snapshot(folder);
  try {
    return { undo: make(call, key), before };
  } catch (error) {
    if (call.tool !== "write_query") expect(error).toBeInstanceOf(ToolError);
    expect((error as ToolError).class).not.toBe("terminal");
    expect(await world.snapshot(folder)).toBe(before);
    return undefined;
  }
}

describe.each(["sql", "sql-with-triggers"] as const)("calls in the world %s", (kind) => {
  it("undone in reverse order leave the database byte for byte as it was before each", async () => {
    const folder = mkdtempSync(join(root, "world-"));
    const world = sqlWorld(kind);
    await world.create(folder);
    const opened = await world.open(folder);
    const scene = { world, folder, ...caller(opened.tools) };
    const dice = diceOf(seededRandom(SEED));
    let [made, refused] = [0, 0];
    for (let batch = 0; batch < 30; batch++) {
      const calls = world.randomCalls(dice);
      const done = [];
      for (const [index, each] of calls.entries()) done.push(await attempt(scene, each, `${batch}-${index}`));
      const undoable = done.filter((each) => each !== undefined);
      made += undoable.length;
      refused += done.length - undoable.length;
      // Every third batch stays, so that the next ones find another world.
      for (const { undo, before } of batch % 3 === 0 ? [] : undoable.reverse()) {
        undo();
        expect(await world.snapshot(folder)).toBe(before);
        expect(undo()).toEqual({ restored: 0 });
      }
    }
    await opened.close();
    expect(made).toBeGreaterThan(30);
    expect(refused).toBeGreaterThan(10);
  });
});
