import { type JsonValue, SchemaInvalidError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { createSchemaCompiler } from "./create-schema-compiler.js";
import { placed } from "./testing/both-paths.js";

const compile = (schema: unknown): void => {
  createSchemaCompiler().compile(schema as JsonValue);
};

describe("createSchemaCompiler", () => {
  it.each([
    ["a type that does not exist", { properties: { a: { type: "strnig" } } }, "`/properties/a/type`"],
    ["a list of items from an older draft", { items: [{}, {}] }, "`/items`"],
    ["a boolean bound from an older draft", { minimum: 1, exclusiveMinimum: true }, "`/exclusiveMinimum`"],
    ["a fault in a definition that nothing uses", { $defs: { a: { required: "b" } } }, "`/$defs/a/required`"],
    ["a number", 5, "not a JSON Schema"],
    ["null", null, "not a JSON Schema"],
    ["an array", [], "not a JSON Schema"],
  ])("[VA-1] refuses %s and says where", (_, schema, message) => {
    expect(() => compile(schema)).toThrow(SchemaInvalidError);
    expect(() => compile(schema)).toThrow(message);
  });

  it.each([
    ["undefined", undefined],
    ["a function", { properties: () => 1 }],
    ["NaN", { minimum: NaN }],
    ["a BigInt", { minimum: 1n }],
    ["a date", { default: new Date(0) }],
    ["a lone surrogate", { title: "\ud800" }],
    ["a schema that is not a schema where a pointer leads", { $ref: "#/x-a", "x-a": { type: 5 } }],
    ["what is too long", { title: "x".repeat(1_000_001) }],
  ])("[VA-1] refuses %s with its code", (_, schema) => {
    expect(() => compile(schema)).toThrow(expect.objectContaining({ code: "CAR_SCHEMA_INVALID" }));
  });

  it("[VA-1] refuses a cycle and bottomless nesting with its code", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["not"] = cyclic;
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 100_000; depth++) deep = { not: deep };
    for (const schema of [cyclic, deep]) {
      expect(() => compile(schema)).toThrow(expect.objectContaining({ code: "CAR_SCHEMA_INVALID" }));
    }
  });

  it("[VA-1] takes a schema nested 80 levels deep", () => {
    let deep: JsonValue = { type: "null" };
    for (let depth = 0; depth < 80; depth++) deep = { items: deep };
    expect(createSchemaCompiler().compile(deep).check([[]])).toEqual([]);
  });

  it("[VA-1] refuses a required vocabulary that it does not know", () => {
    const remotes = { "https://example.org/meta": { $vocabulary: { "https://example.org/vocabulary": true } } };
    const compiler = createSchemaCompiler({ remotes });
    expect(() => compiler.compile({ $schema: "https://example.org/meta" })).toThrow("unknown vocabulary");
  });

  it("[VA-1] refuses a remote that is not a schema when the compiler is made", () => {
    expect(() => createSchemaCompiler({ remotes: { "https://example.org/a": { type: 1 } } })).toThrow(
      "the remote schema `https://example.org/a` is not a JSON Schema",
    );
  });

  it.each([{ $ref: "#/$defs/none" }, { $ref: "other.json" }, { $ref: "#no-anchor" }, { $dynamicRef: "#none" }])(
    "[VA-2] refuses the dangling reference of %j",
    (schema) => {
      expect(() => compile(schema)).toThrow("names no known schema");
    },
  );

  it("[VA-2] finds documents in `remotes`, under the URI given and under their own", () => {
    const remotes = { "https://example.org/given.json": { $id: "https://example.org/own.json", type: "string" } };
    const compiler = createSchemaCompiler({ remotes });
    for (const $ref of Object.keys(remotes).concat("https://example.org/own.json")) {
      expect(placed(compiler.compile({ $ref }).check(1))).toEqual([" type"]);
    }
  });

  it("[VA-2] knows the meta-schemas of the draft", () => {
    const compiled = createSchemaCompiler().compile({ $ref: "https://json-schema.org/draft/2020-12/schema" });
    expect(compiled.check({ type: "object" })).toEqual([]);
    expect(placed(compiled.check({ minLength: -1 }))).toEqual(["/minLength minimum"]);
  });

  it("[VA-3] [4.3] gives equal schemas the same compiled form, whatever the order of their keys", () => {
    const compiler = createSchemaCompiler();
    const first = compiler.compile({ type: "object", required: ["a"] });
    expect(compiler.compile({ required: ["a"], type: "object" })).toBe(first);
    expect(compiler.compile({ type: "object", required: ["b"] })).not.toBe(first);
  });

  it("[VA-3] forgets the schema used longest ago once the cache is full", () => {
    const compiler = createSchemaCompiler({ cacheSize: 2 });
    const [a, b] = [compiler.compile({ title: "a" }), compiler.compile({ title: "b" })];
    expect(compiler.compile({ title: "a" })).toBe(a);
    compiler.compile({ title: "c" });
    expect(compiler.compile({ title: "a" })).toBe(a);
    expect(compiler.compile({ title: "b" })).not.toBe(b);
  });

  it("[VA-3] keeps nothing when the cache has no room", () => {
    const compiler = createSchemaCompiler({ cacheSize: 0 });
    expect(compiler.compile({})).not.toBe(compiler.compile({}));
  });

  it("[VA-3] is not touched by what happens to the schema later", () => {
    const schema = { properties: { a: { type: "string" } } };
    const compiled = createSchemaCompiler({ codegen: "never" }).compile(schema);
    schema.properties.a.type = "number";
    expect(compiled.check({ a: "text" })).toEqual([]);
  });
});
