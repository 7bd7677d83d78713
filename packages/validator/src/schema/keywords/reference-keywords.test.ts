import type { JsonValue } from "@car/ir";
import { describe, expect, it } from "vitest";
import { bothPaths, placed, refusing } from "../testing/both-paths.js";

const number: JsonValue = { type: "number" };

describe("$ref", () => {
  it("[VA-20] applies together with what stands beside it", () => {
    const schema = { $ref: "#/$defs/short", minLength: 2, $defs: { short: { maxLength: 3 } } };
    expect(refusing(schema, "a")).toEqual(["minLength"]);
    expect(refusing(schema, "abcd")).toEqual(["maxLength"]);
  });

  it.each([
    ["a pointer", { $ref: "#/$defs/a~1b%25", $defs: { "a/b%": number } }],
    ["an anchor", { $ref: "#here", $defs: { a: { $anchor: "here", ...number } } }],
    ["a dynamic anchor", { $ref: "#here", $defs: { a: { $dynamicAnchor: "here", ...number } } }],
    ["an absolute $id", { $ref: "https://a.example/n", $defs: { a: { $id: "https://a.example/n", ...number } } }],
    ["a relative $id", { $id: "https://a.example/x/", $ref: "n", $defs: { a: { $id: "n", ...number } } }],
    ["a URN", { $ref: "urn:car:n", $defs: { a: { $id: "urn:car:n", ...number } } }],
    ["an unknown keyword", { $ref: "#/x-types/0", "x-types": [number] }],
    ["the older home of definitions", { $ref: "#/definitions/a", definitions: { a: number } }],
  ])("[VA-20] follows %s", (_, schema) => {
    expect(refusing(schema, 1)).toEqual([]);
    expect(refusing(schema, "x")).toEqual(["type"]);
  });

  it("[VA-20] resolves against the nearest $id, also where a pointer led into another resource", () => {
    const schema = {
      $id: "https://a.example/root",
      $ref: "#/$defs/inner/$defs/use",
      $defs: {
        inner: { $id: "https://b.example/inner", $defs: { use: { $ref: "#/$defs/n" }, n: number } },
        n: { type: "string" },
      },
    };
    expect(refusing(schema, 1)).toEqual([]);
    expect(refusing(schema, "x")).toEqual(["type"]);
  });

  it("[VA-20] does not take an `$id` in data for an identifier", () => {
    const schema = { $ref: "https://a.example/n", enum: [{ $id: "https://a.example/n", type: "null" }] };
    expect(() => refusing(schema, 1)).toThrow("names no known schema");
  });

  it("[VA-20] checks recursive values", () => {
    const tree = { properties: { value: number, children: { items: { $ref: "#" } } }, required: ["value"] };
    const value = { value: 1, children: [{ value: 2, children: [{ value: "3" }] }, {}] };
    expect(placed(bothPaths(tree).check(value))).toEqual(["/children/0/children/0/value type", "/children/1 required"]);
  });
});

describe("$dynamicRef", () => {
  const list = {
    $id: "https://a.example/list",
    items: { $dynamicRef: "#item" },
    $defs: { item: { $dynamicAnchor: "item" } },
  };
  const numbers = {
    $id: "https://a.example/numbers",
    $ref: "list",
    $defs: { item: { $dynamicAnchor: "item", ...number } },
  };
  const remotes = { "https://a.example/list": list, "https://a.example/numbers": numbers };

  it("[VA-21] leads to the outermost schema of the scope with its anchor", () => {
    expect(refusing({ $ref: "https://a.example/list" }, ["x"], { remotes })).toEqual([]);
    expect(refusing({ $ref: "https://a.example/numbers" }, ["x"], { remotes })).toEqual(["type"]);
    const outer = { $ref: "https://a.example/numbers", $defs: { item: { $dynamicAnchor: "item", type: "string" } } };
    expect(refusing(outer, ["x"], { remotes })).toEqual([]);
    expect(refusing(outer, [1], { remotes })).toEqual(["type"]);
  });

  it("[VA-21] leaves a scope together with its schema", () => {
    const schema = { allOf: [{ $ref: "https://a.example/numbers" }, { $ref: "https://a.example/list" }] };
    expect(
      refusing({ anyOf: [{ $ref: "https://a.example/numbers" }, schema.allOf[1] ?? true] }, ["x"], { remotes }),
    ).toEqual([]);
  });

  it("[VA-21] is an ordinary reference where it first leads to an ordinary anchor", () => {
    const schema = { $dynamicRef: "#here", $defs: { a: { $anchor: "here", ...number } } };
    expect(refusing(schema, "x")).toEqual(["type"]);
  });
});

describe("$schema", () => {
  const meta = (vocabularies: readonly string[]): JsonValue => ({
    $id: "https://a.example/meta",
    $vocabulary: Object.fromEntries(
      vocabularies.map((name) => [`https://json-schema.org/draft/2020-12/vocab/${name}`, true]),
    ),
  });

  it("[VA-22] switches off the vocabularies that a known meta-schema leaves out", () => {
    const remotes = { "https://a.example/meta": meta(["core", "applicator"]) };
    const schema = { $schema: "https://a.example/meta", properties: { a: { minimum: 5 }, b: false } };
    expect(refusing(schema, { a: 1 }, { remotes })).toEqual([]);
    expect(refusing(schema, { b: 1 }, { remotes })).toEqual(["properties"]);
  });

  it("[VA-22] means draft 2020-12 by any other name", () => {
    const schema = { $schema: "http://json-schema.org/draft-07/schema#", type: "string" };
    expect(refusing(schema, 1)).toEqual(["type"]);
  });

  it("[VA-23] describes only with format, unless asked to refuse", () => {
    const remotes = { "https://a.example/meta": meta(["core", "format-assertion"]) };
    expect(refusing({ format: "ipv4" }, "nowhere")).toEqual([]);
    expect(refusing({ format: "ipv4" }, "nowhere", { formats: "assert" })).toEqual(["format"]);
    expect(refusing({ $schema: "https://a.example/meta", format: "ipv4" }, "nowhere", { remotes })).toEqual(["format"]);
    expect(refusing({ format: "no-such-format" }, "x", { formats: "assert" })).toEqual([]);
    expect(refusing({ format: "ipv4" }, 5, { formats: "assert" })).toEqual([]);
  });
});
