import type { ProposalResult } from "@car/ir";
import { assertEqual, assertRejectsCode } from "../../assert.js";
import { call, read, REVERSIBLE, SKIP, write } from "./actions.js";
import { countOf, endings } from "./looks.js";
import { policyOf } from "./policies.js";
import { forever, later, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

const throwing = (value: unknown): ToolUnderTest => ({
  ...REVERSIBLE,
  run: () => {
    throw value;
  },
});
const LOUD = (): never => {
  throw new Error("no log today");
};
const TEN: ToolUnderTest = { ...REVERSIBLE, run: ({ clock }) => later(clock, 10, 1) };

/** Every run that began has ended, and its result is whole. */
const isWhole = (rig: Rig, result: ProposalResult): void => {
  assertEqual(countOf(rig, "proposal_completed"), countOf(rig, "proposal_received"), "ends of runs");
  assertEqual(
    result.results.every(({ status }) => typeof status === "string"),
    true,
    "every action has a status",
  );
};

/** 5.9: whatever goes wrong ends as a typed failure. */
export const CONTAINMENT_RULES: readonly Rule[] = [
  rule(
    "[5.9] whatever a tool throws becomes a failure",
    {
      tools: {
        text: throwing("a string"),
        nothing: throwing(undefined),
        object: throwing({ code: 7 }),
        symbol: throwing(Symbol("x")),
      },
    },
    async (rig) => {
      for (const tool of ["text", "nothing", "object", "symbol"]) {
        const result = await rig.run([call("a", tool)]);
        assertEqual([result.status, endings(result)], ["rolled_back", ["failed failed"]], tool);
        isWhole(rig, result);
      }
    },
  ),

  rule(
    "[5.9] a tool that settles twice counts once",
    {
      tools: {
        t: {
          ...REVERSIBLE,
          run: () =>
            new Promise((resolve, reject) => {
              resolve("first");
              resolve("second");
              reject(new Error("third"));
            }),
        },
      },
    },
    async (rig) => {
      assertEqual((await rig.run([call("a", "t")])).results[0]?.output, "first");
    },
  ),

  rule(
    "[5.9] a thenable that answers twice counts once",
    {
      tools: {
        t: {
          ...REVERSIBLE,
          run: () => ({
            then: (resolve: (value: unknown) => void) => {
              resolve("first");
              resolve("second");
            },
          }),
        },
      },
    },
    async (rig) => {
      const result = await rig.run([call("a", "t")]);
      assertEqual([result.results[0]?.output, countOf(rig, "action_succeeded")], ["first", 1]);
    },
  ),

  rule(
    "[5.9] a tool whose answer cannot be read is a failure",
    {
      tools: {
        t: {
          ...REVERSIBLE,
          run: () => ({
            get trap(): never {
              throw new Error("do not look");
            },
          }),
        },
      },
    },
    async (rig) => {
      const result = await rig.run([call("a", "t")]);
      assertEqual([result.status, result.results[0]?.status], ["rolled_back", "failed"]);
    },
  ),

  rule(
    "[5.9] a policy that throws or rejects denies",
    { tools: { t: REVERSIBLE }, policy: policyOf(LOUD) },
    async (rig) => {
      const result = await rig.run([call("a", "t")]);
      assertEqual([endings(result), rig.calls], [["rejected policy_denied"], []]);
      isWhole(rig, result);
    },
  ),

  rule(
    "[5.9] a logger that throws changes nothing",
    { tools: { t: REVERSIBLE }, logger: { debug: LOUD, info: LOUD, warn: LOUD, error: LOUD } },
    async (rig) => {
      assertEqual((await rig.run([call("a", "t")])).status, "committed");
    },
  ),

  rule("[5.9] a subscriber that throws changes nothing", { tools: { t: REVERSIBLE } }, async (rig) => {
    rig.runtime.subscribe(LOUD);
    assertEqual((await rig.run([call("a", "t")])).status, "committed");
  }),

  rule(
    "[5.9] a store that cannot commit fails the run; nothing is half written",
    { tools: { t: REVERSIBLE } },
    async (rig) => {
      const { store } = rig.runtime;
      store.commit = LOUD;
      const result = await rig.run([write("a", { x: 1 }), write("b", { y: 2 })]);
      assertEqual([result.status, result.cause?.code, rig.runtime.state.keys()], ["rolled_back", "store_error", []]);
      isWhole(rig, result);
    },
  ),

  rule("[5.9] and gives its locks back", { tools: { t: REVERSIBLE } }, async (rig) => {
    const { store } = rig.runtime;
    const commit = store.commit.bind(store);
    store.commit = LOUD;
    await rig.run([write("a", { x: 1 })]);
    store.commit = commit;
    assertEqual([(await rig.run([write("a", { x: 2 })])).status, rig.runtime.state.get("x")], ["committed", 2]);
  }),

  rule(
    "[5.9] a call that is given up gives its tool's slot back",
    { tools: { one: { ...TEN, max_concurrency: 1 }, bad: throwing("x") } },
    async (rig) => {
      rig.runtime.registerTool(
        rig.tool("fails", {
          ...REVERSIBLE,
          max_concurrency: 1,
          run: ({ clock, count }) =>
            later(clock, 10, null).then(() => (count === 1 ? Promise.reject(new Error("no")) : 1)),
        }),
      );
      const first = await rig.run([call("a", "fails"), call("b", "fails"), call("c", "fails")]);
      assertEqual(first.status, "rolled_back", "the first run");
      assertEqual((await rig.run([call("d", "fails")])).status, "committed", "the next run");
    },
  ),

  rule("[5.9] one failing run does not disturb another", { tools: { ten: TEN, bad: throwing("x") } }, async (rig) => {
    const both = await Promise.all([rig.run([call("a", "bad")]), rig.run([call("b", "ten")])]);
    assertEqual(
      both.map(({ status }) => status),
      ["rolled_back", "committed"],
    );
  }),

  rule(
    "[5.9] a runtime's own `execute` inside a tool, in a circle, ends",
    { limits: { max_run_depth: 4 } },
    async (rig) => {
      rig.runtime.registerTool(
        rig.tool("again", {
          ...REVERSIBLE,
          run: async ({ context }) => (await context.execute({ actions: [call("a", "again")] })).status,
        }),
      );
      const result = await rig.run([call("a", "again")]);
      assertEqual([typeof result.status, rig.calls.length <= 5], ["string", true]);
    },
  ),

  rule("[5.9] `close` waits for open runs and refuses new ones", { tools: { ten: TEN } }, async (rig) => {
    const running = rig.run([call("a", "ten")]);
    const closing = rig.runtime.close();
    await assertRejectsCode("CAR_RUNTIME_CLOSED", () => rig.runtime.execute({ actions: [read("r", "k")] }));
    assertEqual((await running).status, "committed", "the open run");
    await rig.settle(closing);
  }),

  rule(
    "[5.9] it drains for a bounded time, then cancels",
    { tools: { t: { run: () => forever() } }, limits: { drain_timeout_ms: 100 } },
    async (rig) => {
      const running = rig.run([call("a", "t", SKIP)]);
      const before = rig.clock.now();
      await rig.settle(rig.runtime.close());
      assertEqual((await running).status, "canceled", "the open run");
      assertEqual(rig.clock.now() - before <= 2_000, true, "it took long");
    },
  ),
];
