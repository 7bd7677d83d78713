import { type JsonObject, type JsonValue, SchemaInvalidError } from "@car/ir";
import { createSchemaCompiler } from "@car/validator";
import { describe, expect, it } from "vitest";
import { usableSchema } from "./usable-schema.js";

const DRAFT_04 = "http://json-schema.org/draft-04/schema#";
const DRAFT_07 = "http://json-schema.org/draft-07/schema#";
const DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema";
const compiler = createSchemaCompiler();

/** An object with one property `p` of this schema. */
const p = (schema: JsonValue, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties: { p: schema },
  ...more,
});
const node = { type: "object", properties: { next: { $recursiveRef: "#" } }, additionalProperties: false };

describe("a schema as people write it", () => {
  it.each<[string, JsonValue, readonly JsonValue[], readonly JsonValue[]]>([
    ["true", true, [{}, 1], []],
    ["a type of a programming language", p({ type: "int" }), [{ p: 1 }], [{ p: "1" }, { p: 1.5 }]],
    ["a type in capitals", p({ type: ["STRING", "NULL"] }), [{ p: "a" }, { p: null }], [{ p: 1 }]],
    ["any type", p({ type: "any" }), [{ p: 1 }, { p: [] }], []],
    ["a limit that is out", p({ minimum: 0, exclusiveMinimum: true }), [{ p: 1 }], [{ p: 0 }]],
    ["a limit that is in", p({ maximum: 5, exclusiveMaximum: false }), [{ p: 5 }], [{ p: 6 }]],
    ["a property that says it is required", p({ type: "string", required: true }), [{ p: "" }], [{}]],
    ["a property that says it is not", p({ type: "string", required: false }), [{}, { p: "" }], [{ p: 1 }]],
    ["a name that is required twice", p({}, { required: ["p", "p"] }), [{ p: 1 }], [{}]],
    ["OpenAPI's null", p({ type: "string", nullable: true, enum: ["a"] }), [{ p: null }, { p: "a" }], [{ p: "b" }]],
    ["OpenAPI's null beside others", p({ nullable: true, allOf: [{ type: "string" }] }), [{ p: null }], [{ p: 1 }]],
    ["null for what is absent", { type: "object", properties: null, required: null, items: null }, [{}], [1]],
    ["an empty list for an object", { type: "object", properties: [], definitions: [] }, [{}], [1]],
    [
      "a title that is a number",
      p({ title: 3, description: null, default: null, type: "string" }),
      [{ p: "" }],
      [{ p: 1 }],
    ],
    ["an unknown format", p({ type: "string", format: "moon" }), [{ p: "" }], [{ p: 1 }]],
    ["names as fragments", p({ $ref: "#x" }, { $defs: { x: { $id: "#x", type: "string" } } }), [{ p: "" }], [{ p: 1 }]],
    ["places as names", p({ $id: "#/properties/p", type: "string" }), [{ p: "" }], [{ p: 1 }]],
    ["an anchor", p({ $ref: "#x" }, { $defs: { x: { $anchor: "x", type: "string" } } }), [{ p: "" }], [{ p: 1 }]],
    [
      "draft 4's names",
      { $schema: DRAFT_04, ...p({ $ref: "#x" }, { definitions: { x: { id: "#x", type: "null" } } }) },
      [{ p: null }],
      [{ p: 1 }],
    ],
    [
      "a property called id",
      { $schema: DRAFT_04, type: "object", properties: { id: { type: "string" } } },
      [{ id: "" }],
      [{ id: 1 }],
    ],
    [
      "what draft 7 does not heed",
      { $schema: DRAFT_07, ...p({ prefixItems: [false], minContains: 3 }) },
      [{ p: [1] }],
      [1],
    ],
    [
      "2019-09's recursion",
      { $schema: DRAFT_2019, $recursiveAnchor: true, ...node },
      [{ next: { next: {} } }],
      [{ next: { x: 1 } }],
    ],
    ["an expression of Python", p({ type: "string", pattern: "^(?P<y>\\d{4})\\Z" }), [{ p: "2024" }], [{ p: "x" }]],
    ["a dash beside a class", p({ pattern: "^[\\w-.]+$" }), [{ p: "a-b.c" }], [{ p: "a b" }]],
    [
      "an expression for names",
      { patternProperties: { "(?i)^x_": { type: "string" } }, additionalProperties: false },
      [{ X_a: "" }],
      [{ x_a: 1 }, { y: 1 }],
    ],
  ])("[TM-2] works: %s", (_what, schema, accepted, refused) => {
    const { compiled, unchecked } = usableSchema(schema, compiler);
    expect(unchecked).toEqual([]);
    expect(accepted.filter((value) => compiled.check(value).length > 0)).toEqual([]);
    expect(refused.filter((value) => compiled.check(value).length === 0)).toEqual([]);
  });

  it.each<[string, JsonValue, string, readonly JsonValue[]]>([
    ["a reference to nothing", p({ $ref: "#/$defs/Gone" }), 'the reference "#/$defs/Gone"', [{ p: 1 }]],
    [
      "a reference elsewhere",
      p({ $ref: "https://example.com/x" }),
      'the reference "https://example.com/x"',
      [{ p: 1 }],
    ],
    [
      "a pattern that would take too long",
      p({ pattern: "^(?!.*(a+)+$).*$" }),
      'the pattern "^(?!.*(a+)+$).*$"',
      [{ p: "aaa" }],
    ],
    ["an expression of Perl", p({ not: { pattern: "(?>a+)b" } }), 'the pattern "(?>a+)b"', [{ p: "x" }, { p: "aab" }]],
    [
      "a choice that rests on it",
      p({ oneOf: [{ pattern: "(?>a)" }, { type: "string" }] }),
      'the pattern "(?>a)"',
      [{ p: "b" }],
    ],
    [
      "names that rest on it",
      { patternProperties: { "(?>a)": { type: "string" } }, additionalProperties: false },
      'the pattern "(?>a)"',
      [{ b: 1 }],
    ],
    [
      "a property without a schema",
      { properties: { path: {}, type: "object" }, additionalProperties: false },
      "a property: its schema is none",
      [{ type: 1 }],
    ],
    ["no value at all", p({ enum: [] }), "`enum`: it lists no value", [{ p: 1 }]],
  ])("[TM-27] leaves to the server, and says so: %s", (_what, schema, said, accepted) => {
    const { compiled, unchecked } = usableSchema(schema, compiler);
    expect(unchecked).toEqual([said]);
    expect(accepted.filter((value) => compiled.check(value).length > 0)).toEqual([]);
  });

  it.each<[string, JsonValue]>([
    ["a number", 3],
    ["a list", []],
    ["an unknown type", p({ type: "date" })],
    ["a limit that is text", p({ minimum: "1" })],
    ["a name for a list of them", p({}, { required: "p" })],
    ["no list beside what is left to the server", { enum: [], oneOf: [{}], allOf: {} }],
    ["endless depth", JSON.parse(`${'{"not":'.repeat(5_000)}{}${"}".repeat(5_000)}`) as JsonValue],
  ])("[TM-24] has no certain meaning: %s", (_what, schema) => {
    expect(() => usableSchema(schema, compiler)).toThrow(SchemaInvalidError);
  });
});
