import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@car/conformance";
import { type JsonObject, ToolError } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import { afterAll, describe, expect, it } from "vitest";
import { diceOf } from "../crash/dice.js";
import { SEED } from "../lib/seed.js";
import { sqlWorld } from "./sql-world.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-sql-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function call(tools: readonly Tool[], name: string, parameters: JsonObject, idempotencyKey: string): JsonObject {
  const tool = tools.find(({ schema }) => schema.name === name);
  return tool?.execute?.(parameters, { idempotencyKey } as ToolContext) as JsonObject;
}

describe.each(["with triggers", "without triggers"] as const)("calls of the kit, %s", (kind) => {
  it("undone in reverse order leave the database byte for byte as it was before each", async () => {
    const folder = mkdtempSync(join(root, "world-"));
    const world = sqlWorld(kind);
    await world.create(folder);
    const { tools, close } = await world.open(folder);
    const dice = diceOf(seededRandom(SEED));
    const counts = { made: 0, refused: 0 };
    for (let batch = 0; batch < 60; batch++) {
      const done: { readonly undo: string; readonly before: string }[] = [];
      for (const [index, { tool, parameters }] of world.randomCalls(dice).entries()) {
        const before = await world.snapshot(folder);
        try {
          call(tools, tool, parameters, `${batch}-${index}`);
          done.push({ undo: `${batch}-${index}`, before });
          counts.made++;
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
          if (process.env.SHOW && (error as ToolError).class==="terminal") console.log(tool, JSON.stringify(parameters),error);expect((error as ToolError).class, String(error)).not.toBe("terminal");
          expect(await world.snapshot(folder)).toBe(before);
          counts.refused++; const m=`${(error as ToolError).class}: ${(error as Error).message} [${String(((error as Error).cause as {code?:string}|undefined)?.code)}]`; if (process.env.SHOW) console.log(tool, JSON.stringify(parameters), m);
        }
      }
      // Every third batch stays, so that the next ones find another world.
      if (batch % 3 === 0) continue;
      for (const { undo, before } of done.reverse()) {
        call(tools, "sql_undo", { undo }, "undo");
        expect(await world.snapshot(folder), `undo of ${undo}`).toBe(before);
        expect(call(tools, "sql_undo", { undo }, "undo")).toEqual({ restored: 0 });
      }
    }
    await close();
    console.log(counts);
    expect(counts.made).toBeGreaterThan(80);
  });
});
