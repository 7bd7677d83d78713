import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyWalk } from "../testing/walk/any-walk.js";
import { takeWalk } from "../testing/walk/take-walk.js";

/** `CAR_WALKS` takes more or fewer, `CAR_SEED` others. */
const WALKS = Number(process.env["CAR_WALKS"] ?? 300);

describe("the machine", () => {
  it(
    `[EN-121] [5.9] keeps its invariants whatever happens, in whatever order: ${WALKS} walks`,
    { timeout: 600_000 },
    async () => {
      const holds = fc.asyncProperty(anyWalk, async (walk) => {
        expect(await takeWalk(walk)).toEqual([]);
      });
      await fc.assert(holds, { numRuns: WALKS });
    },
  );
});
