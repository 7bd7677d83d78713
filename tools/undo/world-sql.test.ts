import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@car/conformance";
import { type JsonObject, ToolError } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import { afterAll, describe, expect, it } from "vitest";
import { diceOf } from "../crash/dice.js";
import { SEED } from "../lib/seed.js";
import type { WorldCall } from "./world.js";
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

describe.each(["sql", "sql-with-triggers"] as const)("calls in the world %s", (kind) => {
  it("undone in reverse order leave the database byte for byte as it was before each", async () => {
    const folder = mkdtempSync(join(root, "world-"));
    const world = sqlWorld(kind);
    await world.create(folder);
    const { tools, close } = await world.open(folder);
    const { make } = caller(tools);
    const dice = diceOf(seededRandom(SEED));
    let [made, refused] = [0, 0];
    for (let batch = 0; batch < 30; batch++) {
      const done: { readonly undo: () => JsonObject; readonly before: string }[] = [];
      for (const [index, each] of world.randomCalls(dice).entries()) {
        const before = await world.snapshot(folder);
        try {
          done.push({ undo: make(each, `${batch}-${index}`), before });
          made++;
        } catch (error) {
          if (each.tool !== "write_query") expect(error).toBeInstanceOf(ToolError);
          expect((error as ToolError).class).not.toBe("terminal");
          expect(await world.snapshot(folder)).toBe(before);
          refused++;
        }
      }
      // Every third batch stays, so that the next ones find another world.
      if (batch % 3 === 0) continue;
      for (const { undo, before } of done.reverse()) {
        undo();
        expect(await world.snapshot(folder)).toBe(before);
        expect(undo()).toEqual({ restored: 0 });
      }
    }
    await close();
    expect(made).toBeGreaterThan(40);
    expect(refused).toBeGreaterThan(10);
  });
});
