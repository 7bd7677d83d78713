import { describe, expect, it } from "vitest";
import { bothPaths, placed, refusing } from "../testing/both-paths.js";

const closed = { unevaluatedProperties: false };
const named = (name: string): { properties: Record<string, true> } => ({ properties: { [name]: true } });

describe("unevaluatedProperties", () => {
  it.each([
    ["allOf", { allOf: [named("a")], ...closed }],
    ["a reference", { $ref: "#/$defs/a", $defs: { a: named("a") }, ...closed }],
    ["the alternative that fits", { anyOf: [{ required: ["b"] }, { required: ["a"], ...named("a") }], ...closed }],
    ["if alone", { if: { required: ["a"], ...named("a") }, ...closed }],
    ["a dependent schema", { dependentSchemas: { a: named("a") }, ...closed }],
    ["a pattern", { allOf: [{ patternProperties: { "^a$": true } }], ...closed }],
  ])("[VA-19] takes what %s has seen, and no more", (_, schema) => {
    expect(refusing(schema, { a: 1 })).toEqual([]);
    expect(placed(bothPaths(schema).check({ a: 1, z: 1 }))).toEqual(["/z unevaluatedProperties"]);
  });

  it("[VA-19] takes what a nested unevaluatedProperties has seen: everything", () => {
    expect(refusing({ allOf: [{ unevaluatedProperties: true }], ...closed }, { a: 1 })).toEqual([]);
  });

  it.each([
    ["not", { not: { not: named("a") }, ...closed }],
    ["an alternative that fails", { anyOf: [true, { required: ["b"], ...named("a") }], ...closed }],
    ["the schema around it", { ...named("a"), allOf: [closed] }],
    ["a schema beside it", { allOf: [named("a"), closed] }],
    ["a member", { properties: { b: named("a") }, ...closed }],
  ])("[VA-19] does not take what %s has seen", (_, schema) => {
    expect(refusing(schema, { a: 1 })).toContain("unevaluatedProperties");
  });

  it("[VA-19] looks at every alternative even after one fits", () => {
    expect(refusing({ anyOf: [named("a"), named("b")], ...closed }, { a: 1, b: 1 })).toEqual([]);
  });
});

describe("unevaluatedItems", () => {
  it("[VA-19] counts what prefixItems, items and contains have seen", () => {
    const schema = { allOf: [{ prefixItems: [true] }, { contains: { type: "string" } }], unevaluatedItems: false };
    expect(refusing(schema, [0, "a", "b"])).toEqual([]);
    expect(placed(bothPaths(schema).check([0, "a", 1]))).toEqual(["/2 unevaluatedItems"]);
    expect(refusing({ items: true, unevaluatedItems: false }, [1])).toEqual([]);
  });

  it("[VA-19] applies its schema to the rest", () => {
    const schema = { prefixItems: [true], unevaluatedItems: { type: "number" } };
    expect(placed(bothPaths(schema).check(["a", 1, "b"]))).toEqual(["/2 type"]);
  });
});
