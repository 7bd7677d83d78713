import { anyModelCase, compareWithModel, manualClock, type ModelCase } from "@car/conformance";
import { memoryStateStore } from "@car/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "./create-runtime.js";

/** `CAR_SEED` repeats a run, `CAR_CASES` makes it longer or shorter. */
const SEED = Number(process.env["CAR_SEED"] ?? Date.now() % 2 ** 31);
const CASES = Number(process.env["CAR_CASES"] ?? 10_000);

/**
 * Two readings of the contract are still open and left out: what of a budget counts as "the rest" when some of it will
 * not be charged (5.7), and whether a call that will be answered by another's receipt or cache entry holds a place of its
 * tool meanwhile (3.2). The rules that are clear about both are in the runtime suite.
 */
function isDecided({ world }: ModelCase): boolean {
  const limitsPlaces = world.tools.some(({ max_concurrency }) => max_concurrency !== undefined);
  return Object.keys(world.budget).length === 0 && !limitsPlaces;
}

/** Whether a call that times out while its run is stopping anyway is late or in doubt is open too (4.5). */
const OPEN_CODES = /says "(timeout|in_doubt)", the runtime "(timeout|in_doubt)"/;

describe("the engine and the reference interpreter", () => {
  it(`[CFM-15] agree on ${CASES} generated cases (CAR_SEED=${SEED})`, { timeout: 600_000 }, async () => {
    let runs = 0;
    let undecided = 0;
    const agree = fc.asyncProperty(anyModelCase.filter(isDecided), async (one) => {
      const place = { store: memoryStateStore(), clock: manualClock(), create: createRuntime };
      for (const { model, differences } of await compareWithModel(one, place)) {
        runs += 1;
        if (model.tied) undecided += 1;
        expect(differences.filter((difference) => !OPEN_CODES.test(difference))).toEqual([]);
      }
    });
    await fc.assert(agree, { seed: SEED, numRuns: CASES });
    expect(undecided / runs, "share of runs in which two things happened at one instant").toBeLessThan(0.02);
  });
});
