import type { JsonObject } from "@car/ir";
import { describe, expect, it } from "vitest";
import { findings, write } from "./testing/plans.js";

async function found(schema: JsonObject, parameters: JsonObject): Promise<readonly string[]> {
  const tools = [{ name: "s", parameters: schema, reversibility: "reversible" as const }];
  return findings([write("r", "k", 1), { id: "a", type: "tool_call", tool: "s", parameters }], { tools });
}

const OPEN = ["info undecided a"];
const WRONG = ["error invalid a", "info undecided a"];
const number = { type: "integer" };

describe("parameters with references", () => {
  it("[VA-34] are not judged at the reference", async () => {
    expect(await found({ properties: { n: number } }, { n: "$r.output" })).toEqual(OPEN);
    expect(
      await found({ properties: { n: { properties: { m: number } } } }, { n: { m: { $ref: "r.output" } } }),
    ).toEqual(OPEN);
  });

  it("[VA-34] are judged by their names, and elsewhere", async () => {
    const schema = { properties: { n: number, m: number }, required: ["n"], additionalProperties: false };
    expect(await found(schema, { m: "$r.output" })).toEqual(WRONG);
    expect(await found(schema, { n: "$r.output", m: "text" })).toEqual(WRONG);
    expect(await found({ ...schema, required: [] }, { $ref: "r.output" })).toEqual(OPEN);
  });

  it("[VA-34] are not judged where a value that is not known decides between alternatives", async () => {
    const kind = { properties: { kind: { const: "x" } } };
    const parameters = { kind: "$r.output", extra: 1 };
    const schemas: readonly JsonObject[] = [
      { anyOf: [{ ...kind, required: ["b"] }, { properties: { kind: number } }] },
      { not: { properties: { kind: { type: "string" } } } },
      { if: kind, else: { required: ["b"] } },
      {
        anyOf: [{ properties: { ...kind.properties, extra: true } }, { properties: { kind: true } }],
        unevaluatedProperties: false,
      },
    ];
    for (const schema of schemas) expect(await found(schema, parameters)).toEqual(OPEN);
  });

  it("[VA-34] are judged as they will be when they hold escapes only", async () => {
    const schema = { properties: { n: { const: "$r.output" } } };
    expect(await found(schema, { n: "$$r.output" })).toEqual([]);
    expect(await found(schema, { n: "$$x.output" })).toEqual(["error invalid a"]);
  });
});
