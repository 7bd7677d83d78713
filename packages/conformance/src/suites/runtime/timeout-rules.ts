import { StateHandleDeadError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { countOf, endings } from "./looks.js";
import { forever, later, rule, type Rule } from "./rig.js";

/** 4.6: deadlines of attempts. */
export const TIMEOUT_RULES: readonly Rule[] = [
  rule(
    "[4.6] an attempt that takes longer than `timeout_ms` fails with `timeout`",
    { tools: { t: { run: () => forever() } } },
    async (rig) => {
      const result = await rig.run([call("a", "t", { timeout_ms: 40 })]);
      assertEqual([endings(result), result.cost.wall_ms], [["failed timeout"], 40]);
    },
  ),

  rule(
    "[4.6] one that is in time does not",
    { tools: { t: { run: ({ clock }) => later(clock, 39, "in time") } } },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t", { timeout_ms: 40 })])), ["succeeded -"]);
    },
  ),

  rule(
    "[4.6] the host may set a default deadline",
    { tools: { t: { run: () => forever() } }, limits: { default_timeout_ms: 25 } },
    async (rig) => {
      const result = await rig.run([call("a", "t")]);
      assertEqual([endings(result), result.cost.wall_ms], [["failed timeout"], 25]);
    },
  ),

  rule(
    "[4.6] the host may set one per tool, and an action can only ask for less",
    {
      tools: { t: { timeout_ms: 40, run: () => forever() }, free: { timeout_ms: "none", run: () => forever() } },
      limits: { default_timeout_ms: 25 },
    },
    async (rig) => {
      const wallOf = async (tool: string, more: object = {}): Promise<number> =>
        (await rig.run([call("a", tool, more)])).cost.wall_ms;
      assertEqual(
        [await wallOf("t"), await wallOf("t", { timeout_ms: 100 }), await wallOf("t", { timeout_ms: 10 })],
        [40, 40, 10],
      );
      assertEqual(await wallOf("free", { timeout_ms: 100 }), 100, "without a bound of the host's");
    },
  ),

  rule("[4.6] without any it is five minutes", { tools: { t: { run: () => forever() } } }, async (rig) => {
    const result = await rig.run([call("a", "t")]);
    assertEqual([endings(result), result.cost.wall_ms], [["failed timeout"], 300_000]);
  }),

  rule("[4.6] the tool's signal aborts when the time is up, not before", {}, async (rig) => {
    let aborted = -1;
    rig.runtime.registerTool(
      rig.tool("t", {
        run: ({ context, clock }) => {
          context.signal.addEventListener("abort", () => (aborted = clock.now()));
          return forever();
        },
      }),
    );
    await rig.run([call("a", "t", { timeout_ms: 40 })]);
    assertEqual(aborted, 40, "time of the signal");
  }),

  rule(
    "[4.6] what comes late is dropped and logged",
    { tools: { t: { effects: [{ key: "k", value: "$output" }], run: ({ clock }) => later(clock, 60, "late") } } },
    async (rig) => {
      const result = await rig.run([call("a", "t", { timeout_ms: 40, ...SKIP })]);
      await rig.clock.advanceAsync(100);
      assertEqual([result.results[0]?.status, rig.runtime.state.get("k")], ["skipped", undefined], "outcome");
      assertEqual(countOf(rig, "late_result_dropped"), 1, "log");
    },
  ),

  rule("[4.6] the state handle of an attempt that is over is dead", {}, async (rig) => {
    const tried: unknown[] = [];
    rig.runtime.registerTool(
      rig.tool("t", {
        ...REVERSIBLE,
        effects: ["k"],
        run: async ({ context, clock }) => {
          await later(clock, 60, undefined);
          try {
            context.state.set("k", "late");
          } catch (error) {
            tried.push(error instanceof StateHandleDeadError);
          }
        },
      }),
    );
    await rig.run([call("a", "t", { timeout_ms: 40, ...SKIP })]);
    await rig.clock.advanceAsync(100);
    assertEqual([tried, rig.runtime.state.get("k")], [[true], undefined]);
  }),

  rule(
    "[4.6] waiting for the rate limit does not count",
    {
      tools: {
        t: {
          ...REVERSIBLE,
          rate_limit: { max_calls: 1, interval_secs: 1 },
          run: ({ clock }) => later(clock, 10, "ok"),
        },
      },
    },
    async (rig) => {
      const more = { timeout_ms: 20, ...SKIP };
      assertEqual(endings(await rig.run([call("a", "t", more), call("b", "t", more)])), ["succeeded -", "succeeded -"]);
      assertEqual(rig.calls, ["0 a", "1000 b"], "calls");
    },
  ),
];
