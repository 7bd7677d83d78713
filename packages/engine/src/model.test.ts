import { anyModelCase, compareWithModel, manualClock, type ModelCase } from "@car/conformance";
import { memoryStateStore } from "@car/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "./create-runtime.js";

const SEED = Number(process.env["CAR_SEED"] ?? 20_261_122);
const CASES = Number(process.env["CAR_CASES"] ?? 10_000);

const compare = (one: ModelCase) =>
  compareWithModel(one, { store: memoryStateStore(), clock: manualClock(), create: createRuntime });

describe("the engine and the reference interpreter", () => {
  it("agree", async () => {
    for (const one of fc.sample(anyModelCase, { seed: SEED, numRuns: CASES })) {
      const steps = await compare(one);
      expect(
        steps.flatMap((s) => s.differences),
        JSON.stringify(one),
      ).toEqual([]);
    }
  }, 600_000);
});
