import { assertEqual, assertThrowsCode } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { countOf, endings } from "./looks.js";
import { rule, type Rule } from "./rig.js";

const limited = (max_calls: number, interval_secs: number) => ({
  ...REVERSIBLE,
  rate_limit: { max_calls, interval_secs },
});
const CALLS = ["a", "b", "c"].map((id) => call(id, "t", SKIP));

/** 5.6: rate limits. */
export const RATE_RULES: readonly Rule[] = [
  rule(
    "[5.6] calls over the limit wait, first come first served; a wait is an event",
    { tools: { t: limited(1, 1) } },
    async (rig) => {
      const result = await rig.run(CALLS);
      assertEqual([result.status, rig.calls], ["committed", ["0 a", "1000 b", "2000 c"]]);
      assertEqual(countOf(rig, "rate_limited"), 2, "events");
    },
  ),

  rule("[5.6] within the limit nobody waits", { tools: { t: limited(3, 1) } }, async (rig) => {
    await rig.run(CALLS);
    assertEqual(rig.calls, ["0 a", "0 b", "0 c"]);
  }),

  rule("[5.6] the limit holds over runs", { tools: { t: limited(1, 1) } }, async (rig) => {
    await Promise.all(CALLS.map((action) => rig.run([action])));
    assertEqual(rig.calls, ["0 a", "1000 b", "2000 c"]);
  }),

  rule(
    "[5.6] the wait is bounded",
    { tools: { t: limited(1, 100) }, limits: { rate_limit_timeout_ms: 500 } },
    async (rig) => {
      const result = await rig.run(CALLS.slice(0, 2));
      assertEqual([endings(result)[0], rig.calls], ["succeeded -", ["0 a"]]);
      assertEqual(
        [result.results[1]?.status === "succeeded", result.cost.wall_ms],
        [false, 500],
        "the one that waited",
      );
    },
  ),

  rule("[5.6] zero and negative limits are refused at registration", {}, (rig) => {
    for (const [maxCalls, seconds] of [
      [0, 1],
      [-1, 1],
      [1, 0],
      [1, -5],
    ] as const) {
      assertThrowsCode("CAR_TOOL_INVALID", () => rig.runtime.registerTool(rig.tool("t", limited(maxCalls, seconds))));
    }
  }),
];
