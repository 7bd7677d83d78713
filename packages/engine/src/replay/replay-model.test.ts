import { manualClock } from "@car/conformance";
import { collectEvents } from "@car/conformance/internal";
import { anyModelCase, compareWithModel } from "@car/conformance/model";
import { memoryStateStore } from "@car/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import type { Runtime } from "../runtime.js";
import { replayRuns } from "./replay-runs.js";

const CASES = Number(process.env["CAR_REPLAY_CASES"] ?? 150);

describe("replayRuns, on generated cases", () => {
  it(
    `[RP-1] [7.6] gives every event of ${CASES} cases again, whatever happened in them`,
    { timeout: 600_000 },
    async () => {
      let runs = 0;
      const law = fc.asyncProperty(anyModelCase, async (one) => {
        const made: Runtime[] = [];
        const create: typeof createRuntime = (options) => {
          const runtime = createRuntime(options);
          made.push(runtime);
          return runtime;
        };
        const place = { store: memoryStateStore(), clock: manualClock(), create };
        runs += (await compareWithModel(one, place)).length;
        for (const { eventLog } of made) {
          const report = await replayRuns(await collectEvents(eventLog));
          expect(report.divergences).toEqual([]);
          expect(report.skipped.filter(({ reason }) => reason !== "unparsed" && reason !== "open")).toEqual([]);
        }
      });
      await fc.assert(law, { numRuns: CASES });
      expect(runs).toBeGreaterThan(CASES);
    },
  );
});
