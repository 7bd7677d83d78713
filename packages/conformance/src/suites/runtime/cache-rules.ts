import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { countOf } from "./looks.js";
import { failLater, later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const cached = (more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({
  ...REVERSIBLE,
  cache_ttl_secs: 60,
  run: ({ clock, count }) => later(clock, 10, count),
  ...more,
});
const AS_ANN = { principal: "ann" };

/** 5.5: answers that may be served again. */
export const CACHE_RULES: readonly Rule[] = [
  rule(
    "[5.5] an equal call of a tool with a time to live is answered from the cache; a hit is an event",
    { tools: { t: cached() } },
    async (rig) => {
      await rig.run([call("a", "t")]);
      const result = await rig.run([call("b", "t")]);
      assertEqual([result.results[0]?.cached, result.results[0]?.output, result.results[0]?.attempts], [true, 1, 0]);
      assertEqual([rig.calls.length, countOf(rig, "cache_hit"), result.cost.tool_calls], [1, 1, 0]);
    },
  ),

  rule("[5.5] only tools with a time to live are cached", { tools: { t: { ...REVERSIBLE } } }, async (rig) => {
    await rig.run([call("a", "t"), call("b", "t")]);
    assertEqual(rig.calls.length, 2);
  }),

  rule("[5.5] until the time is up", { tools: { t: cached({ cache_ttl_secs: 1 }) } }, async (rig) => {
    await rig.run([call("a", "t")]);
    await rig.clock.advanceAsync(2_000);
    assertEqual((await rig.run([call("b", "t")])).results[0]?.cached, false);
  }),

  rule(
    "[5.5] failures are not cached",
    {
      tools: {
        t: cached({ run: ({ clock, count }) => (count === 1 ? failLater(clock, 10, new Error("no")) : count) }),
      },
    },
    async (rig) => {
      await rig.run([call("a", "t", SKIP)]);
      assertEqual((await rig.run([call("b", "t")])).results[0]?.output, 2);
    },
  ),

  rule("[5.5] equal calls in flight make one call", { tools: { t: cached() } }, async (rig) => {
    const result = await rig.run([call("a", "t"), call("b", "t"), call("c", "t")]);
    assertEqual([result.results.map(({ output }) => output), rig.calls.length], [[1, 1, 1], 1]);
  }),

  rule(
    "[5.5] what comes along from the cache goes on into a receipt, whole",
    {
      tools: {
        t: cached({
          run: ({ context }) => {
            context.state.set("k", 1);
            return 1;
          },
        }),
      },
    },
    async (rig) => {
      const same = { idempotent: true };
      const result = await rig.run([
        call("a", "t", { write_set: ["k"] }),
        call("b", "t", same),
        call("c", "t", { ...same, write_set: ["k"] }),
      ]);
      assertEqual(
        result.results.map(({ cached, deduplicated, state_changes }) => [cached, deduplicated, state_changes]),
        [
          [false, false, { k: 1 }],
          [true, false, {}],
          [false, true, { k: 1 }],
        ],
      );
    },
  ),

  rule(
    "[5.5] principals do not share, unless the tool is `shared`",
    { tools: { own: cached(), common: cached({ shared: true }) } },
    async (rig) => {
      await rig.run([call("a", "own"), call("b", "common")]);
      const { results } = await rig.run([call("a", "own"), call("b", "common")], AS_ANN);
      assertEqual(
        results.map((result) => result.cached),
        [false, true],
      );
    },
  ),

  rule(
    "[5.5] the tool's effects come along",
    {
      tools: { t: cached({ effects: [{ key: "k", value: "$output.v" }], run: () => ({ v: 7 }) }) },
    },
    async (rig) => {
      await rig.run([call("a", "t")]);
      await rig.settle(rig.runtime.state.delete("k"));
      await rig.run([call("b", "t")]);
      assertEqual([rig.runtime.state.get("k"), rig.runtime.state.entry("k")?.origin], [7, "tool"]);
    },
  ),

  rule("[5.5] registering a tool again clears its cache", { tools: { t: cached() } }, async (rig) => {
    await rig.run([call("a", "t")]);
    rig.runtime.registerTool(rig.tool("t", cached({ run: () => "new" })));
    assertEqual((await rig.run([call("b", "t")])).results[0]?.output, "new");
  }),

  rule("[5.5] unregistering does, too", { tools: { t: cached() } }, async (rig) => {
    await rig.run([call("a", "t")]);
    rig.runtime.unregisterTool("t");
    rig.runtime.registerTool(rig.tool("t", cached({ run: () => "new" })));
    assertEqual((await rig.run([call("b", "t")])).results[0]?.output, "new");
  }),

  rule("[5.5] the cache is bounded", { tools: { t: cached() }, limits: { max_cached_results: 1 } }, async (rig) => {
    const calling = (n: number) => rig.run([call("a", "t", { parameters: { n } })]);
    for (const n of [1, 2]) await calling(n);
    assertEqual([(await calling(2)).results[0]?.cached, (await calling(1)).results[0]?.cached], [true, false]);
  }),
];
