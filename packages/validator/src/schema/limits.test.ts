import type { JsonValue } from "@car/ir";
import { describe, expect, it } from "vitest";
import { bothPaths, placed } from "./testing/both-paths.js";

const nested = (depth: number): JsonValue => {
  let value: JsonValue = [];
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};

/** Two references per level: 2^levels ways through the schema. */
const bomb = (levels: number): JsonValue => ({
  $ref: "#/$defs/level0",
  $defs: Object.fromEntries(
    Array.from({ length: levels }, (_, level) => {
      const next = { $ref: `#/$defs/level${level + 1}` };
      return [`level${level}`, level === levels - 1 ? { type: "null" } : { allOf: [next, next] }];
    }),
  ),
});

describe("limits", () => {
  it("[2.1] [VA-31] ends a check that goes too deep, and says where", () => {
    const lists = bothPaths({ items: { $ref: "#" } });
    expect(lists.check(nested(200))).toEqual([]);
    const [problem] = lists.check(nested(100_000));
    expect(problem).toMatchObject({ keyword: "limit", message: "is nested too deeply to be checked" });
    expect(problem?.path).toMatch(/^(\/0)+$/);
    expect(lists.check(nested(200))).toEqual([]);
  });

  it.each([
    ["$ref", { $ref: "#" }],
    ["$dynamicRef", { $dynamicAnchor: "a", $dynamicRef: "#a" }],
    ["not", { not: { $ref: "#" } }],
    ["two schemas", { $ref: "#/$defs/a", $defs: { a: { anyOf: [{ $ref: "#" }] } } }],
  ])("[2.1] [VA-31] ends a check that runs in circles through %s", (_, schema) => {
    expect(placed(bothPaths(schema).check(1))).toEqual([" limit"]);
  });

  it("[2.1] [VA-31] ends a check that takes too many steps", () => {
    const before = performance.now();
    const problems = bothPaths(bomb(60), { limits: { maxSteps: 100_000 } }).check(null);
    expect(problems).toEqual([{ path: "", keyword: "limit", message: "takes too many steps to be checked" }]);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(bothPaths(bomb(10)).check(null)).toEqual([]);
  });

  it("[2.1] [VA-31] takes a chain of references as long as a schema can be", () => {
    const defs = Array.from({ length: 5_000 }, (_, at) => [`a${at}`, { $ref: `#/$defs/a${at + 1}` }] as const);
    const schema = { $ref: "#/$defs/a0", $defs: { ...Object.fromEntries(defs), a5000: { type: "null" } } };
    expect(placed(bothPaths(schema).check(null))).toEqual([" limit"]);
  });

  it("[VA-31] lists no more problems than asked for", () => {
    const values = Array.from({ length: 10_000 }, () => ({}));
    const schema = { items: { required: ["a", "b"], anyOf: [{ type: "null" }, { required: ["c"] }] } };
    expect(bothPaths(schema).check(values)).toHaveLength(100);
    expect(bothPaths(schema, { limits: { maxProblems: 3 } }).check(values)).toHaveLength(3);
  });

  it("[VA-31] an element of `uniqueItems` may not be bottomless", () => {
    expect(placed(bothPaths({ uniqueItems: true }).check([nested(100_000)]))).toEqual([" limit"]);
  });
});
