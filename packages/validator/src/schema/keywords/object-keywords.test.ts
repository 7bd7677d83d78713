import type { JsonValue } from "@car/ir";
import { describe, expect, it } from "vitest";
import { bothPaths, placed, refusing } from "../testing/both-paths.js";

describe("names that objects seem to have", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];

  it.each(names)("[VA-13] [2.1] a required `%s` must really be there", (name) => {
    expect(refusing({ required: [name] }, {})).toEqual(["required"]);
    expect(refusing({ required: [name] }, JSON.parse(`{"${name}": 1}`))).toEqual([]);
  });

  it.each(names)("[VA-13] [2.1] the schema of `%s` applies to a member of that name only", (name) => {
    const schema: JsonValue = JSON.parse(
      `{"properties": {"${name}": {"type": "number"}}, "additionalProperties": false}`,
    );
    expect(refusing(schema, {})).toEqual([]);
    expect(refusing(schema, JSON.parse(`{"${name}": 1}`))).toEqual([]);
    expect(refusing(schema, JSON.parse(`{"${name}": "x"}`))).toEqual(["type"]);
  });

  it.each(names)("[VA-13] [2.1] `%s` is an unknown property where it is not named", (name) => {
    const schema = { properties: { a: true }, additionalProperties: false };
    expect(refusing(schema, JSON.parse(`{"${name}": 1}`))).toEqual(["additionalProperties"]);
  });

  it("[VA-13] a member that is undefined is absent", () => {
    const schema = { properties: { a: { type: "string" } }, required: ["a"] };
    expect(refusing(schema, { a: undefined })).toEqual(["required"]);
    expect(refusing({ dependentRequired: { a: ["b"] } }, { a: undefined })).toEqual([]);
  });
});

describe("properties and their kin", () => {
  it("[VA-16] tells named, matched and other properties apart", () => {
    const schema = {
      properties: { name: { type: "string" } },
      patternProperties: { "^n": { minLength: 2 }, "^x-": true },
      additionalProperties: { type: "number" },
    };
    const value = { name: "n", note: 1, "x-any": [], other: "text", count: 1 };
    expect(placed(bothPaths(schema).check(value))).toEqual(["/name minLength", "/other type"]);
  });

  it("[VA-16] checks names and counts", () => {
    const schema = { propertyNames: { maxLength: 3 }, minProperties: 2, maxProperties: 2 };
    expect(placed(bothPaths(schema).check({ four: 1 }))).toEqual(["/four maxLength", " minProperties"]);
    expect(refusing(schema, { a: 1, b: 2, c: 3 })).toEqual(["maxProperties"]);
    expect(refusing(schema, ["four"])).toEqual([]);
  });

  it("[VA-17] asks for what depends on a member that is present", () => {
    const schema = {
      dependentRequired: { card: ["owner"] },
      dependentSchemas: { owner: { properties: { card: { type: "string" } } } },
      dependencies: { a: ["b"], c: { required: ["d"] } },
    };
    expect(refusing(schema, {})).toEqual([]);
    expect(refusing(schema, { card: 1 })).toEqual(["required"].map(() => "dependentRequired"));
    expect(refusing(schema, { card: 1, owner: 1 })).toEqual(["type"]);
    expect(refusing(schema, { a: 1, c: 1 })).toEqual(["dependencies", "required"]);
  });
});

describe("items and contains", () => {
  it("[VA-16] checks by place first, then the rest", () => {
    const schema = { prefixItems: [{ type: "string" }, { type: "number" }], items: { type: "boolean" } };
    expect(placed(bothPaths(schema).check([1, "x", true, 0]))).toEqual(["/0 type", "/1 type", "/3 type"]);
    expect(refusing(schema, ["x"])).toEqual([]);
    expect(refusing({ prefixItems: [true], items: false }, [1, 2])).toEqual(["items"]);
  });

  it("[VA-16] counts items", () => {
    expect(refusing({ minItems: 1, maxItems: 2 }, [])).toEqual(["minItems"]);
    expect(refusing({ minItems: 1, maxItems: 2 }, [1, 2, 3])).toEqual(["maxItems"]);
  });

  it.each([
    [{}, [], ["contains"]],
    [{}, ["x", 1], []],
    [{ minContains: 2 }, [1, "x"], ["contains"]],
    [{ minContains: 2 }, [1, "x", 2], []],
    [{ minContains: 0 }, ["x"], []],
    [{ minContains: 0, maxContains: 1 }, [1, 2], ["contains"]],
    [{ maxContains: 1 }, [1, 2], ["contains"]],
  ])("[VA-15] a number with %j in %j: %j", (bounds, value, expected) => {
    expect(refusing({ contains: { type: "number" }, ...bounds }, value)).toEqual(expected);
  });

  it("[VA-15] counts nothing without `contains`", () => {
    expect(refusing({ minContains: 5, maxContains: 0 }, [1])).toEqual([]);
  });
});
