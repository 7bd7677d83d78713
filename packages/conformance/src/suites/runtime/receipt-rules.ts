import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { countOf, outcomes } from "./looks.js";
import { failLater, later, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

const SAME = { idempotent: true, parameters: { n: 1 } };
const slowly = (more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({
  ...REVERSIBLE,
  ...more,
  run: ({ clock, count }) => later(clock, 10, count),
});
const FIRST_FAILS: ToolUnderTest = {
  ...REVERSIBLE,
  run: ({ clock, count }) => (count === 1 ? failLater(clock, 10, new Error("no")) : later(clock, 10, count)),
};
const BREAK: ToolUnderTest = { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 50, new Error("broken")) };
const TOOLS = { t: slowly(), breaks: BREAK };
const EFFECTFUL: ToolUnderTest = {
  ...REVERSIBLE,
  effects: ["k"],
  run: ({ context }) => {
    context.state.set("k", "told");
    return null;
  },
};

/** Whether the same call is served from a receipt after a run with it was rolled back. */
const servedAfterRollback = async (rig: Rig): Promise<boolean | undefined> => {
  await rig.run([call("a", "t", SAME), call("bad", "breaks", { dependencies: ["a"] })]);
  return (await rig.run([call("b", "t", SAME)])).results[0]?.deduplicated;
};

/** 5.4: an idempotent call happens once. */
export const RECEIPT_RULES: readonly Rule[] = [
  rule(
    "[5.4] an equal idempotent call is answered from the receipt, within a run and across runs",
    { tools: TOOLS },
    async (rig) => {
      const first = await rig.run([call("a", "t", SAME), call("b", "t", { ...SAME, dependencies: ["a"] })]);
      const second = await rig.run([call("c", "t", SAME)]);
      assertEqual(
        [...first.results, ...second.results].map(({ output, deduplicated }) => [output, deduplicated]),
        [
          [1, false],
          [1, true],
          [1, true],
        ],
      );
      assertEqual([rig.calls.length, countOf(rig, "action_deduplicated")], [1, 2]);
      assertEqual(second.cost.tool_calls, 0, "not charged");
    },
  ),

  rule("[5.4] only when the action says `idempotent`", { tools: TOOLS }, async (rig) => {
    await rig.run([call("a", "t", { parameters: { n: 1 } }), call("b", "t", { parameters: { n: 1 } })]);
    assertEqual(rig.calls.length, 2);
  }),

  rule(
    "[5.4] other parameters, another tool or another principal make another call",
    { tools: { ...TOOLS, u: slowly() } },
    async (rig) => {
      await rig.run([
        call("a", "t", SAME),
        call("b", "t", { idempotent: true, parameters: { n: 2 } }),
        call("c", "u", SAME),
      ]);
      await rig.run([call("d", "t", SAME)], { principal: "somebody else" });
      assertEqual(rig.calls.length, 4);
    },
  ),

  rule(
    "[5.4] the order of members does not matter, references are resolved first",
    { tools: { ...TOOLS, one: { ...REVERSIBLE, run: () => 1 } } },
    async (rig) => {
      const result = await rig.run([
        call("x", "one"),
        call("a", "t", { idempotent: true, parameters: { p: 1, q: { r: 1, s: 2 } } }),
        call("b", "t", { idempotent: true, parameters: { q: { s: 2, r: 1 }, p: "$x.output" }, dependencies: ["a"] }),
      ]);
      assertEqual(result.results[2]?.deduplicated, true);
    },
  ),

  rule("[5.4] a duplicate in flight waits for the first", { tools: TOOLS }, async (rig) => {
    const result = await rig.run([call("a", "t", SAME), call("b", "t", SAME)]);
    assertEqual([outcomes(result), rig.calls], [["a succeeded - 1", "b succeeded - 0"], ["0 a"]]);
  }),

  rule("[5.4] also when it belongs to another run", { tools: TOOLS }, async (rig) => {
    const [, second] = await Promise.all([
      rig.run([call("a", "t", { ...SAME, reversibility: "irreversible" })]),
      rig.run([call("b", "t", SAME)]),
    ]);
    assertEqual([second.results[0]?.deduplicated, rig.calls.length], [true, 1]);
  }),

  rule(
    "[5.4] when the first does not succeed, a waiter takes its place",
    { tools: { t: FIRST_FAILS } },
    async (rig) => {
      const result = await rig.run([
        call("a", "t", { ...SAME, ...SKIP }),
        call("b", "t", { ...SAME, ...SKIP }),
        call("c", "t", { ...SAME, ...SKIP }),
      ]);
      assertEqual(
        result.results.map(({ deduplicated, output }) => [deduplicated, output]),
        [
          [false, undefined],
          [false, 2],
          [true, 2],
        ],
      );
      assertEqual(rig.calls, ["0 a", "10 b"]);
    },
  ),

  rule(
    "[5.4] a receipt ends with the host's time to live",
    { tools: TOOLS, limits: { receipt_ttl_ms: 1_000 } },
    async (rig) => {
      await rig.run([call("a", "t", SAME)]);
      await rig.clock.advanceAsync(2_000);
      assertEqual((await rig.run([call("b", "t", SAME)])).results[0]?.deduplicated, false);
    },
  ),

  rule(
    "[5.4] receipts are bounded: the one not used for longest goes first",
    { tools: TOOLS, limits: { max_receipts: 2 } },
    async (rig) => {
      const calling = (n: number) => rig.run([call("a", "t", { idempotent: true, parameters: { n } })]);
      for (const n of [1, 2, 1, 3]) await calling(n);
      assertEqual(
        [(await calling(1)).results[0]?.deduplicated, (await calling(2)).results[0]?.deduplicated],
        [true, false],
      );
    },
  ),

  rule(
    "[5.4] each principal has that many: what others do forgets none",
    { tools: TOOLS, limits: { max_receipts: 2 } },
    async (rig) => {
      await rig.run([call("a", "t", SAME)]);
      for (const n of [1, 2, 3]) {
        await rig.run([call("b", "t", { idempotent: true, parameters: { n } })], { principal: "somebody else" });
      }
      assertEqual((await rig.run([call("c", "t", SAME)])).results[0]?.deduplicated, true);
    },
  ),

  rule("[5.4] the receipt of a reversible call goes with its run's rollback", { tools: TOOLS }, async (rig) => {
    assertEqual(await servedAfterRollback(rig), false);
  }),

  rule(
    "[5.4] the receipt of an irreversible call stays",
    { tools: { ...TOOLS, t: slowly({ reversibility: "irreversible" }) } },
    async (rig) => {
      assertEqual(await servedAfterRollback(rig), true);
    },
  ),

  rule(
    "[5.4] the receipt of a compensated call is deleted",
    {
      tools: {
        ...TOOLS,
        undo: REVERSIBLE,
        t: slowly({ reversibility: "compensable", compensation: { tool: "undo" } }),
      },
    },
    async (rig) => {
      assertEqual(await servedAfterRollback(rig), false);
    },
  ),

  rule(
    "[5.4] a deduplicated action re-applies the recorded effects, with their origin",
    { tools: { t: EFFECTFUL } },
    async (rig) => {
      await rig.run([call("a", "t", SAME)]);
      await rig.settle(rig.runtime.state.delete("k"));
      const result = await rig.run([call("b", "t", SAME)]);
      assertEqual([result.results[0]?.deduplicated, result.results[0]?.state_changes], [true, { k: "told" }]);
      assertEqual([rig.runtime.state.get("k"), rig.runtime.state.entry("k")?.origin], ["told", "tool"]);
    },
  ),
];
