import type { JsonObject } from "@car/ir";
import { describe, expect, it } from "vitest";
import { addDocument } from "../document/add-document.js";
import { extendedLibrary } from "../document/library.js";
import { standardLibrary } from "../schema-checks.js";
import { plainSchema } from "./plain-schema.js";

const plain = (schema: JsonObject): unknown => {
  const library = extendedLibrary(standardLibrary());
  return plainSchema(addDocument(library, "", schema), library);
};

describe("plainSchema", () => {
  it("[VA-8] drops what does not constrain, known to the generator or not", () => {
    const schema = {
      $async: true,
      nullable: true,
      discriminator: {},
      title: "t",
      default: 1,
      format: "date",
      type: "string",
    };
    expect(plain(schema)).toEqual({ type: "string" });
    expect(plain({ properties: { a: { nullable: true, $async: true } } })).toEqual({ properties: { a: {} } });
  });

  it("[VA-8] writes references out", () => {
    const schema = { $defs: { a: { minimum: 1 } }, $ref: "#/$defs/a", maximum: 2 };
    expect(plain(schema)).toEqual({ allOf: [{ maximum: 2 }, { minimum: 1 }] });
  });

  it("[VA-8] keeps conditions together", () => {
    expect(plain({ if: { const: 1 }, then: false, type: "number" })).toEqual({
      allOf: [{ type: "number" }, { if: { const: 1 }, then: false }],
    });
  });

  it.each([
    ["recursion", { items: { $ref: "#" } }],
    ["$dynamicRef", { $dynamicRef: "#a", $dynamicAnchor: "a" }],
    ["unevaluatedProperties", { unevaluatedProperties: false }],
    ["unevaluatedItems", { items: { unevaluatedItems: false } }],
    ["a pattern", { pattern: "^(a+)+$" }],
    ["names by pattern", { patternProperties: { a: true } }],
    ["contains", { contains: true }],
    ["uniqueItems", { uniqueItems: true }],
    ["multipleOf", { multipleOf: 0.1 }],
    ["an empty enum", { enum: [] }],
    ["an object in an enum", { enum: [{}] }],
    ["a long enum", { enum: Array.from({ length: 65 }, (_, index) => index) }],
    ["a constant array", { const: [] }],
    ["a required prototype name", { required: ["toString"] }],
    ["a prototype name", { properties: { constructor: true } }],
    ["size", { allOf: Array.from({ length: 501 }, () => ({})) }],
  ])("[VA-8] leaves a schema with %s to the interpreter", (_, schema) => {
    expect(plain(schema)).toBeUndefined();
  });

  it("[VA-8] leaves references that multiply to the interpreter", () => {
    const defs = Array.from({ length: 12 }, (_, level) => {
      const next = { $ref: `#/$defs/a${level + 1}` };
      return [`a${level}`, { allOf: [next, next] }] as const;
    });
    expect(plain({ $ref: "#/$defs/a0", $defs: { ...Object.fromEntries(defs), a12: true } })).toBeUndefined();
  });
});
