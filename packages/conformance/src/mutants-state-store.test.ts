import { describe, expect, it } from "vitest";
import { BROKEN_LOCKS } from "./mutants/broken-locks.js";
import { BROKEN_VIEWS } from "./mutants/broken-views.js";
import { failuresOf } from "./mutants/failures-of.js";
import { PlainStateStore } from "./mutants/plain-state-store.js";
import { testStateStore } from "./suites/test-state-store.js";

testStateStore({ describe, it }, () => new PlainStateStore());

describe("testStateStore", () => {
  it("[CF-1] needs no more of a runner than `describe` and `it`", async () => {
    const failures = await failuresOf((runner) => testStateStore(runner, () => new PlainStateStore()), "[ST-1");
    expect(failures).toEqual([]);
  });
});

describe("broken state stores", () => {
  for (const [rule, how, Broken] of [...BROKEN_VIEWS, ...BROKEN_LOCKS]) {
    it(`[CF-2] the suite rejects a store that ${how}`, async () => {
      const failures = await failuresOf((runner) => testStateStore(runner, () => new Broken()), `[${rule}] `);
      expect(failures, rule).not.toEqual([]);
    });
  }
});
