import { assertEqual } from "../../assert.js";
import { call, read, REVERSIBLE, SKIP, write } from "./actions.js";
import { endings, textOf } from "./looks.js";
import { later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const takes = (ms: number): ToolUnderTest => ({ ...REVERSIBLE, run: ({ clock }) => later(clock, ms, ms) });
const TOOLS = { tools: { ten: takes(10), slow: takes(50_000) } };

/** Reads a counter and writes it back one higher, a while later. */
const INCREMENT: ToolUnderTest = {
  ...REVERSIBLE,
  effects: ["count"],
  run: async ({ context, clock }) => {
    const seen = Number(context.state.get("count") ?? 0);
    await later(clock, 10, undefined);
    context.state.set("count", seen + 1);
  },
};

const childOf = (key: string): ToolUnderTest => ({
  ...REVERSIBLE,
  run: async ({ context }) => {
    const { status, cause, reasons } = await context.execute({ actions: [write("w", { [key]: "child" })] });
    return { status, codes: [cause?.code ?? null, ...reasons.map(({ code }) => code)] };
  },
});

/** 5.1: runs on shared state behave as if they came one after the other. */
export const ISOLATION_RULES: readonly Rule[] = [
  rule("[5.1] runs whose keys do not conflict run at the same time", TOOLS, async (rig) => {
    await Promise.all(["a", "b"].map((key) => rig.run([call(key, "ten", { write_set: [key] })])));
    assertEqual(rig.calls, ["0 a", "0 b"]);
  }),

  rule("[5.1] readers of a key share it", { ...TOOLS, state: { k: 1 } }, async (rig) => {
    await Promise.all(["a", "b"].map((id) => rig.run([call(id, "ten", { read_set: ["k"] })])));
    assertEqual(rig.calls, ["0 a", "0 b"]);
  }),

  rule("[5.1] runs that conflict queue in order of arrival", TOOLS, async (rig) => {
    const writing = { write_set: ["k"] };
    await Promise.all(["a", "b", "c"].map((id) => rig.run([call(id, "ten", writing)])));
    assertEqual(rig.calls, ["0 a", "10 b", "20 c"]);
  }),

  rule("[5.1] prefixes conflict with the keys they cover", TOOLS, async (rig) => {
    await Promise.all([
      rig.run([call("a", "ten", { write_set: ["k.*"] })]),
      rig.run([call("b", "ten", { read_set: ["k.1"] })]),
    ]);
    assertEqual(rig.calls, ["0 a", "10 b"]);
  }),

  rule(
    "[5.1] the outcome is as if they ran one after the other",
    { tools: { increment: INCREMENT }, state: { count: 0 } },
    async (rig) => {
      await Promise.all(["a", "b", "c", "d"].map((id) => rig.run([call(id, "increment")])));
      assertEqual(rig.runtime.state.get("count"), 4);
    },
  ),

  rule(
    "[5.1] a run sees nothing of another before that one commits",
    { ...TOOLS, state: { k: "old" } },
    async (rig) => {
      const writer = rig.run([write("w", { k: "new" }), call("t", "ten", { dependencies: ["w"] })]);
      assertEqual(rig.runtime.state.get("k"), "old", "while it runs");
      await writer;
      assertEqual(rig.runtime.state.get("k"), "new", "when it has committed");
    },
  ),

  rule("[5.1] opposite orders of keys do not deadlock", TOOLS, async (rig) => {
    const both = await Promise.all([
      rig.run([call("a", "ten", { write_set: ["x", "y"] })]),
      rig.run([call("b", "ten", { write_set: ["y", "x"] })]),
    ]);
    assertEqual(
      both.map(({ status }) => status),
      ["committed", "committed"],
    );
  }),

  rule("[5.1] a wait for locks is bounded", TOOLS, async (rig) => {
    const first = rig.run([call("a", "slow", { write_set: ["k"] })]);
    const second = await rig.run([call("b", "ten", { write_set: ["k"] })]);
    assertEqual(
      [second.status, textOf(second).includes("lock_timeout"), second.cost.wall_ms],
      ["rejected", true, 30_000],
    );
    assertEqual((await first).status, "committed", "the first");
  }),

  rule(
    "[5.1] keys that data rules of the policy read count as read",
    {
      tools: { ten: { ...takes(10) } },
      policy: {
        version: "1",
        supports: { rateLimits: false },
        check: () => ({ effect: "allow", reasons: [] }),
        keysRead: () => ["flag"],
      },
    },
    async (rig) => {
      await Promise.all([rig.run([call("a", "ten", { write_set: ["flag"] })]), rig.run([call("b", "ten")])]);
      assertEqual(rig.calls, ["0 a", "10 b"]);
    },
  ),

  rule("[5.1] a child run may use other keys", { tools: { node: childOf("other") } }, async (rig) => {
    const result = await rig.run([call("a", "node", { write_set: ["k"] })]);
    assertEqual(
      [result.results[0]?.output, rig.runtime.state.get("other")],
      [{ status: "committed", codes: [null] }, "child"],
    );
  }),

  rule(
    "[5.1] a child run that needs a key its ancestor holds is rejected at once",
    { tools: { node: childOf("k") } },
    async (rig) => {
      const result = await rig.run([call("a", "node", { write_set: ["k"] })]);
      assertEqual(result.cost.wall_ms, 0, "wall time");
      const output = textOf(result.results[0]?.output);
      assertEqual([output.includes("rejected"), output.includes("nested_conflict")], [true, true], output);
    },
  ),

  rule("[5.1] the host's own writes wait for the runs that hold the key", TOOLS, async (rig) => {
    const running = rig.run([write("w", { k: "run" }), call("a", "ten", { dependencies: ["w"] })]);
    const writing = rig.runtime.state.set("k", "host");
    assertEqual(rig.runtime.state.get("k"), undefined, "while the run holds it");
    await rig.settle(Promise.all([running, writing]));
    assertEqual(rig.runtime.state.get("k"), "host");
  }),

  rule(
    "[5.1] a run that was rolled back leaves what others wrote untouched",
    { ...TOOLS, state: { other: 1 } },
    async (rig) => {
      const failing = rig.run([
        write("w", { k: 1 }),
        call("a", "ten", { dependencies: ["w"] }),
        read("r", "absent", { dependencies: ["a"], preconditions: [{ key: "absent", operator: "exists" }] }),
      ]);
      const other = rig.run([write("w", { other: 2 }, SKIP)]);
      assertEqual([(await failing).status, endings(await other)], ["rolled_back", ["succeeded -"]]);
      assertEqual([rig.runtime.state.get("k"), rig.runtime.state.get("other")], [undefined, 2]);
    },
  ),
];
