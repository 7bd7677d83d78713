import type { JsonObject } from "@car/ir";
import { describe, expect, it } from "vitest";
import { toDraft2020 as translated } from "./to-draft-2020.js";

const toDraft2020 = (schema: JsonObject) => translated(schema, () => true).schema;

const DRAFT_07 = "http://json-schema.org/draft-07/schema#";

describe("toDraft2020", () => {
  it("[TM-2] leaves a schema of today's dialect as it is, but for the dialect's name", () => {
    const schema = { type: "object", dependencies: { a: ["b"] }, properties: { a: { $ref: "#/x", type: "string" } } };
    expect(toDraft2020({ $schema: "https://json-schema.org/draft/2020-12/schema", ...schema })).toEqual(schema);
    expect(toDraft2020(schema)).toEqual(schema);
  });

  it("[TM-2] turns tuples into prefix items, at any depth and in any dialect", () => {
    const tuple = { items: [{ type: "string" }, { items: [true] }], additionalItems: { type: "number" } };
    const today = { prefixItems: [{ type: "string" }, { prefixItems: [true] }], items: { type: "number" } };
    expect(toDraft2020({ anyOf: [{ not: tuple }] })).toEqual({ anyOf: [{ not: today }] });
    expect(toDraft2020({ $schema: DRAFT_07, properties: { p: tuple } })).toEqual({ properties: { p: today } });
  });

  it("[TM-2] splits dependencies into those on names and those on schemas", () => {
    const dependencies = { a: ["b"], c: { properties: { d: { items: [true] } } } };
    expect(toDraft2020({ $schema: DRAFT_07, dependencies })).toEqual({
      dependentRequired: { a: ["b"] },
      dependentSchemas: { c: { properties: { d: { prefixItems: [true] } } } },
    });
  });

  it("[TM-2] drops what draft-07 ignores beside a reference, and keeps what it may point to", () => {
    const schema = { $ref: "#/definitions/x", minimum: 3, definitions: { x: { type: "number" } } };
    expect(toDraft2020({ $schema: DRAFT_07, ...schema })).toEqual({
      $ref: "#/definitions/x",
      definitions: { x: { type: "number" } },
    });
  });

  it("[TM-2] does not touch data that looks like a schema", () => {
    const schema = { enum: [{ items: [1] }], default: { dependencies: {} }, const: { items: [2] } };
    expect(toDraft2020({ $schema: DRAFT_07, ...schema })).toEqual(schema);
  });

  it("[TM-2] keeps a property called `__proto__` a property", () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as Record<string, never>;
    expect(JSON.stringify(toDraft2020(schema))).toBe(JSON.stringify(schema));
  });
});
