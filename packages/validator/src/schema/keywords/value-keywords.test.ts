import { describe, expect, it } from "vitest";
import { refusing } from "../testing/both-paths.js";

const many = (count: number, item: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, index) => item(index));

describe("type, enum, const", () => {
  it.each([
    [{ type: "integer" }, 1.0],
    [{ type: "integer" }, 9007199254740991],
    [{ type: ["integer", "number"] }, 1e300],
    [{ type: ["string", "null"] }, null],
    [{ type: "number" }, -0],
    [{ const: 0 }, -0],
    [{ enum: [{ a: 1, b: [2] }] }, { b: [2], a: 1 }],
    [{ const: { a: null } }, { a: null }],
    [{ enum: ["x", null, false, 5] }, false],
  ])("[VA-10] %j takes %j", (schema, value) => {
    expect(refusing(schema, value)).toEqual([]);
  });

  it.each([
    [{ type: "integer" }, 1.5, "type"],
    [{ type: "integer" }, 9007199254740992, "type"],
    [{ type: ["integer", "null"] }, -1e300, "type"],
    [{ type: "number" }, NaN, "type"],
    [{ type: "number" }, Infinity, "type"],
    [{ type: "number" }, "1", "type"],
    [{ type: "object" }, [], "type"],
    [{ type: "object" }, null, "type"],
    [{ type: "array" }, {}, "type"],
    [{ type: "null" }, undefined, "type"],
    [{ const: 1 }, true, "const"],
    [{ const: [1, 2] }, [2, 1], "const"],
    [{ const: { a: 1 } }, { a: 1, b: 2 }, "const"],
    [{ const: null }, 0, "const"],
    [{ enum: [] }, 1, "enum"],
    [{ enum: [[false]] }, [0], "enum"],
    [{ enum: ["__proto__"] }, {}, "enum"],
  ])("[VA-10] %j refuses %j", (schema, value, keyword) => {
    expect(refusing(schema, value)).toEqual([keyword]);
  });

  it("[VA-10] finds a value in a very long list", () => {
    const values = many(20_000, (index) => `item-${index}`) as string[];
    expect(refusing({ enum: values }, "item-19999")).toEqual([]);
    expect(refusing({ enum: values }, "item-20000")).toEqual(["enum"]);
  });
});

describe("numbers", () => {
  it.each([
    [0.3, 0.1],
    [1.1, 0.01],
    [4.35, 0.05],
    [1e300, 1e-300],
    [9007199254740993, 1],
    [-7.5, 2.5],
    [0, 0.1],
    [1e21, 10],
  ])("[VA-11] %d is a multiple of %d", (value, multipleOf) => {
    expect(refusing({ multipleOf }, value)).toEqual([]);
  });

  it.each([
    [0.35, 0.1],
    [1e17, 3],
    [1e308, 0.123456789],
    [5e-324, 1],
    [7, 2],
    [NaN, 1],
    [Infinity, 1],
  ])("[VA-11] %d is not a multiple of %d", (value, multipleOf) => {
    expect(refusing({ multipleOf }, value)).toEqual(["multipleOf"]);
  });

  it.each([
    [{ minimum: 2 }, 2, []],
    [{ minimum: 2 }, 1.9, ["minimum"]],
    [{ maximum: 2 }, 2, []],
    [{ maximum: 2 }, 2.1, ["maximum"]],
    [{ exclusiveMinimum: 2 }, 2, ["exclusiveMinimum"]],
    [{ exclusiveMaximum: 2 }, 2, ["exclusiveMaximum"]],
    [{ minimum: 2, maximum: 1 }, "text", []],
  ])("[VA-10] %j on %j: %j", (schema, value, expected) => {
    expect(refusing(schema, value)).toEqual(expected);
  });
});

describe("strings", () => {
  it.each([
    [{ maxLength: 2 }, "\u{1f600}\u{1f600}", []],
    [{ maxLength: 2 }, "\u{1f600}\u{1f600}a", ["maxLength"]],
    [{ minLength: 2 }, "\u{1f600}", ["minLength"]],
    [{ minLength: 2 }, "\ud800\ud800", []],
    [{ maxLength: 2 }, "\udc00\ud800\udc00", []],
    [{ minLength: 3, maxLength: 0 }, 12, []],
  ])("[VA-12] %j on %j: %j", (schema, value, expected) => {
    expect(refusing(schema, value)).toEqual(expected);
  });
});

describe("uniqueItems", () => {
  it.each([
    [[1, true, "1", [1], { a: 1 }, null, "null"], []],
    [
      [
        { a: 1, b: [2, { c: 3 }] },
        { b: [2, { c: 3 }], a: 1 },
      ],
      ["uniqueItems"],
    ],
    [[0, -0], ["uniqueItems"]],
    [[[0], [false]], []],
    [[{ a: 1 }, { a: 1, b: undefined }], ["uniqueItems"]],
    [[{}, []], []],
    [['{"a":1}', { a: 1 }], []],
    [
      [
        { valueOf: 1, toString: 2 },
        { valueOf: 1, toString: 3 },
      ],
      [],
    ],
  ])("[VA-14] %j: %j", (value, expected) => {
    expect(refusing({ uniqueItems: true }, value)).toEqual(expected);
  });

  it("[VA-14] compares 20,000 objects without comparing every pair", () => {
    const before = performance.now();
    expect(
      refusing(
        { uniqueItems: true },
        many(20_000, (index) => ({ id: index })),
      ),
    ).toEqual([]);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
