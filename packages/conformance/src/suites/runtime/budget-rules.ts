import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE, SKIP, write } from "./actions.js";
import { countOf, endings, outcomes } from "./looks.js";
import { denying } from "./policies.js";
import { failLater, forever, later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const takes = (ms: number): ToolUnderTest => ({ ...REVERSIBLE, run: ({ clock }) => later(clock, ms, ms) });
const BREAK: ToolUnderTest = { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 10, new Error("no")) };
const TOOLS = {
  ten: takes(10),
  breaks: BREAK,
};
const CHAIN = [call("a", "ten"), call("b", "ten", { dependencies: ["a"] }), call("c", "ten", { dependencies: ["b"] })];
const tolerant = CHAIN.map((action) => ({ ...action, ...SKIP }));

/** 5.7: what a run may spend. */
export const BUDGET_RULES: readonly Rule[] = [
  rule(
    "[5.7] `max_tool_calls` is never overshot, what is left is skipped with `budget_exceeded`",
    { tools: TOOLS, budget: { max_tool_calls: 2 } },
    async (rig) => {
      const result = await rig.run(["a", "b", "c", "d"].map((id) => call(id, "ten", SKIP)));
      assertEqual(endings(result), [
        "succeeded -",
        "succeeded -",
        "skipped budget_exceeded",
        "skipped budget_exceeded",
      ]);
      assertEqual([result.cost.tool_calls, rig.calls.length, countOf(rig, "budget_exceeded") >= 1], [2, 2, true]);
    },
  ),

  rule(
    "[5.7] `max_actions` counts the actions that pass the gates",
    { tools: TOOLS, budget: { max_actions: 2 }, policy: denying("breaks") },
    async (rig) => {
      const result = await rig.run([
        call("no", "breaks", SKIP),
        write("w", { k: 1 }, SKIP),
        call("a", "ten", SKIP),
        call("b", "ten", SKIP),
      ]);
      assertEqual(endings(result), ["rejected policy_denied", "succeeded -", "succeeded -", "skipped budget_exceeded"]);
    },
  ),

  rule(
    "[5.7] by default the run commits when what was skipped may not abort",
    { tools: TOOLS, budget: { max_tool_calls: 1 } },
    async (rig) => {
      assertEqual((await rig.run(tolerant)).status, "committed");
    },
  ),

  rule("[5.7] and rolls back when it may", { tools: TOOLS, budget: { max_tool_calls: 1 } }, async (rig) => {
    const result = await rig.run(CHAIN);
    assertEqual([result.status, result.cause?.code], ["rolled_back", "budget_exceeded"]);
  }),

  rule(
    "[5.7] what was skipped before, and for another reason, does not count",
    { tools: TOOLS, budget: { max_tool_calls: 2 } },
    async (rig) => {
      const result = await rig.run([
        call("bad", "breaks", SKIP),
        call("follows", "ten", { dependencies: ["bad"] }),
        call("a", "ten"),
        call("c", "ten", { ...SKIP, dependencies: ["a"] }),
      ]);
      assertEqual([result.status, result.cause?.code], ["committed", "budget_exceeded"]);
    },
  ),

  rule(
    '[5.7] `on_exceeded: "commit"` commits all the same',
    { tools: TOOLS, budget: { max_tool_calls: 1, on_exceeded: "commit" } },
    async (rig) => {
      assertEqual((await rig.run(CHAIN)).status, "committed");
    },
  ),

  rule(
    '[5.7] `on_exceeded: "rollback"` rolls back all the same',
    { tools: TOOLS, budget: { max_tool_calls: 1, on_exceeded: "rollback" } },
    async (rig) => {
      assertEqual((await rig.run(tolerant)).status, "rolled_back");
    },
  ),

  rule(
    "[5.7] failures and retries are charged; a retry without budget is `failed`",
    { tools: TOOLS, budget: { max_tool_calls: 2 } },
    async (rig) => {
      const result = await rig.run([call("a", "breaks", { ...RETRY, max_retries: 5 })]);
      assertEqual([result.results[0]?.status, result.results[0]?.attempts, result.cost.tool_calls], ["failed", 2, 2]);
    },
  ),

  rule(
    "[5.7] cached, deduplicated and rejected actions are not charged",
    {
      tools: { ...TOOLS, cached: { ...takes(10), cache_ttl_secs: 60 } },
      budget: { max_tool_calls: 2 },
    },
    async (rig) => {
      const same = { idempotent: true, ...SKIP };
      const actions = [
        call("a", "cached", SKIP),
        call("b", "cached", SKIP),
        call("no", "nobody", SKIP),
        call("c", "ten", same),
        call("d", "ten", same),
      ];
      const result = await rig.run(actions);
      assertEqual(
        [outcomes(result), result.cost.tool_calls],
        [["a succeeded - 1", "b succeeded - 0", "no rejected unknown_tool 0", "c succeeded - 1", "d succeeded - 0"], 2],
      );
    },
  ),

  rule(
    "[5.7] `max_duration_ms` stops new starts and signals what is in flight",
    {
      tools: {
        ...TOOLS,
        heeding: {
          ...REVERSIBLE,
          run: ({ context }) =>
            new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped")))),
        },
      },
      budget: { max_duration_ms: 25 },
    },
    async (rig) => {
      const result = await rig.run([
        call("long", "heeding", SKIP),
        ...tolerant,
        call("d", "ten", { ...SKIP, dependencies: ["c"] }),
      ]);
      assertEqual([result.cost.wall_ms <= 30, rig.calls], [true, ["0 long", "0 a", "10 b", "20 c"]]);
      assertEqual(result.results[4]?.reason?.code, "budget_exceeded");
    },
  ),

  rule(
    "[5.7] a failure that may abort still aborts after a budget was exceeded",
    { tools: TOOLS, budget: { max_tool_calls: 1, on_exceeded: "commit" } },
    async (rig) => {
      const result = await rig.run([call("a", "breaks"), call("b", "ten", SKIP)]);
      assertEqual([result.status, endings(result)], ["rolled_back", ["failed failed", "skipped budget_exceeded"]]);
    },
  ),

  rule(
    "[5.7] wall time still counts after another limit was reached",
    {
      tools: {
        ...TOOLS,
        heeding: {
          ...REVERSIBLE,
          run: ({ context }) =>
            new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped")))),
        },
      },
      budget: { max_tool_calls: 1, max_duration_ms: 30, on_exceeded: "commit" },
    },
    async (rig) => {
      const result = await rig.run([call("a", "heeding", SKIP), call("b", "ten", SKIP)]);
      assertEqual([result.cost.wall_ms, endings(result)], [30, ["skipped failed", "skipped budget_exceeded"]]);
    },
  ),

  rule(
    "[5.7] counters that the host names are reserved before each call and never overshot",
    {
      tools: { t: { ...takes(10) } },
      budget: { counters: { usd: 1 } },
    },
    async (rig) => {
      rig.runtime.registerTool({ ...rig.tool("t", takes(10)), reserve: { usd: 0.4 } });
      const result = await rig.run(["a", "b", "c"].map((id) => call(id, "t", SKIP)));
      assertEqual(endings(result), ["succeeded -", "succeeded -", "skipped budget_exceeded"]);
    },
  ),

  rule(
    "[5.7] what a tool reports is settled against its counter",
    {
      tools: { t: { ...REVERSIBLE, run: ({ context }) => context.spend("tokens", 60) } },
      budget: { counters: { tokens: 100 } },
    },
    async (rig) => {
      const chain = [
        call("a", "t", SKIP),
        call("b", "t", { ...SKIP, dependencies: ["a"] }),
        call("c", "t", { ...SKIP, dependencies: ["b"] }),
      ];
      assertEqual(endings(await rig.run(chain)).at(-1), "skipped budget_exceeded");
    },
  ),

  rule(
    "[5.7] with scope `call` each execution has its own budget",
    { tools: TOOLS, budget: { max_tool_calls: 1 } },
    async (rig) => {
      assertEqual(
        [(await rig.run([call("a", "ten")])).status, (await rig.run([call("b", "ten")])).status],
        ["committed", "committed"],
      );
    },
  ),

  rule(
    "[5.7] with scope `session` all executions of a principal share one",
    { tools: TOOLS, budget: { max_tool_calls: 1, scope: "session" } },
    async (rig) => {
      const calling = async (principal: string) => (await rig.run([call("a", "ten")], { principal })).status;
      assertEqual(
        [await calling("ann"), await calling("ann"), await calling("bob")],
        ["committed", "rolled_back", "committed"],
      );
    },
  ),

  rule(
    "[5.7] a hanging call does not outlive the time by more than the drain time",
    { tools: { t: { run: () => forever() } }, budget: { max_duration_ms: 100 } },
    async (rig) => {
      assertEqual((await rig.run([call("a", "t", SKIP)])).cost.wall_ms, 5_100);
    },
  ),
];
