import { manualClock } from "@car/conformance";
import { anyModelCase, compareWithModel } from "@car/conformance/model";
import { memoryStateStore } from "@car/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "./create-runtime.js";

/** `CAR_CASES` makes it longer or shorter, `CAR_SEED` draws other cases. */
const CASES = Number(process.env["CAR_CASES"] ?? 10_000);

describe("the engine and the reference interpreter", () => {
  it(`[CFM-15] agree on ${CASES} generated cases`, { timeout: 600_000 }, async () => {
    let runs = 0;
    let undecided = 0;
    const agree = fc.asyncProperty(anyModelCase, async (one) => {
      const place = { store: memoryStateStore(), clock: manualClock(), create: createRuntime };
      for (const { model, differences } of await compareWithModel(one, place)) {
        runs += 1;
        if (model.undecided) undecided += 1;
        expect(differences).toEqual([]);
      }
    });
    await fc.assert(agree, { numRuns: CASES });
    const share = undecided / runs;
    console.log(`the model: ${runs} runs, ${undecided} undecided (${(share * 100).toFixed(2)} %)`);
    expect(share, "share of runs of which the contract leaves something open").toBeLessThan(0.02);
  });
});
