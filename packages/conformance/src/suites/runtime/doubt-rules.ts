import { ToolError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE } from "./actions.js";
import { countOf, outcomes } from "./looks.js";
import { failLater, rule, type Rule, type ToolUnderTest } from "./rig.js";

const HALF = { random: () => 0.5 };
const SURE = { failures: "definite" } as const;
/** Fails at its first call as a lost connection would. */
const LOST_ONCE: ToolUnderTest = {
  run: ({ count }) => (count === 1 ? Promise.reject(new Error("connection reset")) : "done"),
};
const ODD: ToolUnderTest = { idempotent: true, run: () => 1n };

/** 4.5: what may not be tried again although it might pass by. */
export const DOUBT_RULES: readonly Rule[] = [
  rule(
    "[4.5] a call that may have acted is not made again: the action is in doubt",
    { tools: { t: LOST_ONCE }, ...HALF },
    async (rig) => {
      const result = await rig.run([call("a", "t", { ...RETRY, idempotent: true })]);
      assertEqual([result.status, outcomes(result), rig.calls], ["rolled_back", ["a failed in_doubt 1"], ["0 a"]]);
      const { reason } = result.results[0] ?? {};
      assertEqual([reason?.class, reason?.outcome, result.external_effects], ["transient", "unknown", "unknown"]);
      assertEqual(countOf(rig, "action_in_doubt"), 1, "events");
    },
  ),

  rule(
    "[4.5] it is, when its failures are definite, when the host calls it idempotent, and when it is reversible",
    {
      tools: {
        sure: { ...LOST_ONCE, ...SURE },
        twice: { ...LOST_ONCE, idempotent: true },
        look: { ...LOST_ONCE, ...REVERSIBLE },
      },
      ...HALF,
    },
    async (rig) => {
      for (const tool of ["sure", "twice", "look"]) {
        assertEqual(outcomes(await rig.run([call("a", tool, RETRY)])), ["a succeeded - 2"], tool);
      }
    },
  ),

  rule("[4.5] where no attempt is left anyway, it has failed", { tools: { t: LOST_ONCE } }, async (rig) => {
    const result = await rig.run([call("a", "t", { ...RETRY, max_retries: 0 })]);
    assertEqual([outcomes(result), result.external_effects], [["a failed failed 1"], "unknown"]);
    assertEqual(countOf(rig, "action_in_doubt"), 0, "events");
  }),

  rule("[4.5] a refused answer is never asked for again", { tools: { t: ODD } }, async (rig) => {
    assertEqual(outcomes(await rig.run([call("a", "t", RETRY)])), ["a failed invalid_output 1"]);
  }),

  rule(
    "[4.5] of several attempts the worst counts, unless one succeeds",
    {
      tools: {
        t: {
          idempotent: true,
          run: ({ count }) =>
            Promise.reject(count === 1 ? new Error("lost") : new ToolError("no", { class: "denied" })),
        },
        u: { ...LOST_ONCE, idempotent: true },
        fails: { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 500, new Error("broken")) },
      },
      ...HALF,
      schedule: "eager",
    },
    async (rig) => {
      const result = await rig.run([call("a", "t", RETRY)]);
      assertEqual([outcomes(result), result.external_effects], [["a failed failed 2"], "unknown"]);
      const settled = await rig.run([call("b", "u", RETRY), call("bad", "fails")]);
      assertEqual(
        [settled.results[0]?.status, settled.external_effects],
        ["succeeded", "remain"],
        "a success settles it",
      );
    },
  ),
];
