import { describe, expect, it } from "vitest";
import type { JsonValue } from "../json/json-value.js";
import { checkCondition } from "./check-condition.js";

function holds(actual: JsonValue | undefined, operator: string, expected: JsonValue = null): boolean {
  return checkCondition({ key: "k", operator, expected }, actual) === undefined;
}

describe("conditions", () => {
  it("[GR-10] compares deeply with eq and neq, and an absent key equals nothing", () => {
    expect(holds({ a: [1, { b: null }] }, "eq", { a: [1, { b: null }] })).toBe(true);
    expect(holds({ a: 1 }, "neq", { a: 2 })).toBe(true);
    expect(holds(undefined, "eq", null)).toBe(false);
    expect(holds(undefined, "neq", 1)).toBe(true);
  });

  it("[GR-10] knows a stored null from an absent key", () => {
    expect([holds(null, "exists"), holds(undefined, "exists")]).toEqual([true, false]);
    expect([holds(null, "not_exists"), holds(undefined, "not_exists")]).toEqual([false, true]);
  });

  it.each([
    ["gt", 2, 1],
    ["gte", 1, 1],
    ["lt", 1, 2],
    ["lte", 2, 2],
  ])("[GR-10] compares numbers with %s", (operator, actual, expected) => {
    expect(holds(actual, operator, expected)).toBe(true);
    expect(holds(expected === actual ? actual + (operator === "gte" ? -1 : 1) : expected, operator, actual)).toBe(
      false,
    );
    expect(checkCondition({ key: "k", operator, expected }, "2")).toBe(
      `\`${operator}\` compares numbers, but the value of \`k\` is not a number`,
    );
  });

  it("[GR-10] finds text in text and items in lists", () => {
    expect(holds("abc", "contains", "bc")).toBe(true);
    expect(holds([1, { a: 2 }], "contains", { a: 2 })).toBe(true);
    expect(holds(["a"], "contains", "b")).toBe(false);
    expect(holds({ a: 1 }, "contains", "a")).toBe(false);
  });

  it("[GR-10] fails for an operator that it does not know, naming those it does, and never quotes values", () => {
    expect(checkCondition({ key: "k", operator: "like", expected: "secret" }, "secret")).toMatch(
      /^unknown operator `like` \(known: eq/,
    );
    expect(checkCondition({ key: "k", operator: "eq", expected: "secret" }, "hidden")).not.toMatch(/secret|hidden/);
  });
});
