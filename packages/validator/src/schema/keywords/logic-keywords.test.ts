import { describe, expect, it } from "vitest";
import { bothPaths, placed, refusing } from "../testing/both-paths.js";

const text = { type: "string" };
const short = { maxLength: 3 };

describe("logic", () => {
  it("[VA-18] allOf reports every part that fails", () => {
    expect(refusing({ allOf: [short, { pattern: "^x" }, text] }, "abcd")).toEqual(["maxLength", "pattern"]);
  });

  it("[VA-18] anyOf says why each alternative failed", () => {
    const schema = { properties: { a: { anyOf: [text, { properties: { b: text } }] } } };
    expect(placed(bothPaths(schema).check({ a: { b: 1 } }))).toEqual(["/a anyOf", "/a type", "/a/b type"]);
    expect(refusing({ anyOf: [text, short] }, 5)).toEqual([]);
  });

  it("[VA-18] oneOf wants exactly one", () => {
    expect(refusing({ oneOf: [text, short] }, "ab")).toEqual(["oneOf"]);
    expect(refusing({ oneOf: [text, short] }, "abcd")).toEqual([]);
    expect(refusing({ oneOf: [text, { type: "null" }] }, 5)).toEqual(["oneOf", "type", "type"]);
  });

  it("[VA-18] not turns around and reports nothing from inside", () => {
    expect(refusing({ not: text }, "x")).toEqual(["not"]);
    expect(refusing({ not: { not: text } }, 5)).toEqual(["not"]);
    expect(refusing({ not: text }, 5)).toEqual([]);
  });

  it.each([
    ["x", ["const"]],
    ["y", []],
    [5, ["minimum"]],
    [10, []],
  ])("[VA-18] if picks then or else for %j: %j", (value, expected) => {
    expect(refusing({ if: text, then: { const: "y" }, else: { minimum: 10 } }, value)).toEqual(expected);
  });

  it("[VA-18] then and else mean nothing without if, and if nothing without them", () => {
    expect(refusing({ then: false, else: false }, 1)).toEqual([]);
    expect(refusing({ if: false }, 1)).toEqual([]);
  });

  it("[VA-18] false refuses everything, true nothing", () => {
    expect(refusing({ properties: { a: false } }, { a: 1 })).toEqual(["properties"]);
    expect(refusing(false, null)).toHaveLength(1);
    expect(refusing(true, null)).toEqual([]);
  });
});
