import { testMemory } from "@car/conformance";
import { ConfigInvalidError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { recentMemory } from "./recent-memory.js";

testMemory({ describe, it }, ({ clock }) => recentMemory({ clock }));

describe("recentMemory", () => {
  const clock = { now: () => 5 };
  const anybody = { principal: "somebody", tokenBudget: 100 };

  it("[RM-1] keeps the last turns and drops the oldest", async () => {
    const memory = recentMemory({ clock, turns: 2 });
    for (const text of ["one", "two", "three"]) memory.observe({ speaker: "a", text });
    expect((await memory.recall("one", anybody)).text).toBe("a: two\na: three");
  });

  it("[RM-2] gives the newest that fit, without a gap", async () => {
    const memory = recentMemory({ clock, countTokens: (text) => text.length });
    for (const text of ["short", "a very much longer text", "end"]) memory.observe({ speaker: "a", text });
    expect((await memory.recall("", { ...anybody, tokenBudget: 15 })).text).toBe("a: end");
  });
});

describe("options of `recall`", () => {
  it("[RM-3] are checked", async () => {
    const memory = recentMemory({ clock: { now: () => 5 } });
    const recall = (options: object) => memory.recall("x", options as never);
    await expect(recall({ principal: "ann", tokenBudget: "9" })).rejects.toThrow(
      "`tokenBudget` is a number, not a string",
    );
    await expect(recall({ principal: "ann", tokenBudgets: 9 })).rejects.toThrow("did you mean `tokenBudget`?");
  });
});

describe("an option that nobody reads", () => {
  it("[RM-3] is refused", () => {
    const misspelt = { clock: { now: () => 5 }, turn: 2 };
    expect(() => recentMemory(misspelt)).toThrow(
      new ConfigInvalidError("`recentMemory` has no option `turn`; did you mean `turns`?"),
    );
  });
});
