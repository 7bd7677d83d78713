import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP, write } from "./actions.js";
import { failLater, later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const takes =
  (ms: number): NonNullable<ToolUnderTest["run"]> =>
  ({ clock }) =>
    later(clock, ms, ms);
const LOOK: ToolUnderTest = { ...REVERSIBLE, run: takes(20) };
const PAY: ToolUnderTest = { run: takes(10) };
const BREAK: ToolUnderTest = { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 5, new Error("broken")) };
const TOOLS = { tools: { look: LOOK, pay: PAY, fail: BREAK } };

/** 3.3: nothing that cannot be undone happens while something that could still undo the batch is open. */
export const ABORT_SAFETY_RULES: readonly Rule[] = [
  rule("[3.3] an irreversible call waits until nothing that may abort is open", TOOLS, async (rig) => {
    await rig.run([call("pay", "pay"), call("one", "look"), call("two", "look", { dependencies: ["one"] })]);
    assertEqual(rig.calls, ["0 one", "20 two", "40 pay"]);
  }),

  rule("[3.3] so it does not happen when something aborts", TOOLS, async (rig) => {
    const result = await rig.run([call("pay", "pay"), call("bad", "fail")]);
    assertEqual([result.status, rig.calls], ["rolled_back", ["0 bad"]], "outcome");
  }),

  rule("[3.3] it does not wait for what cannot abort, nor lead to it", TOOLS, async (rig) => {
    await rig.run([call("pay", "pay"), call("look", "look", SKIP)]);
    assertEqual([...rig.calls].sort(), ["0 look", "0 pay"]);
  }),

  rule("[3.3] it waits for a tolerant action behind which something may abort", TOOLS, async (rig) => {
    await rig.run([call("pay", "pay"), call("look", "look", SKIP), call("after", "look", { dependencies: ["look"] })]);
    assertEqual(rig.calls, ["0 look", "20 after", "40 pay"]);
  }),

  rule("[3.3] irreversible calls that may abort run one at a time, in list order", TOOLS, async (rig) => {
    await rig.run([call("a", "pay"), call("b", "pay"), call("c", "pay")]);
    assertEqual(rig.calls, ["0 a", "10 b", "20 c"]);
  }),

  rule(
    "[3.3] among irreversible ones: first what has threats behind it, then what may abort, then the rest",
    TOOLS,
    async (rig) => {
      const actions = [
        call("rest", "pay", SKIP),
        call("mayAbort", "pay"),
        call("first", "pay", SKIP),
        call("behind", "look", { dependencies: ["first"] }),
      ];
      await rig.run(actions);
      assertEqual(rig.calls, ["0 first", "10 behind", "30 mayAbort", "40 rest"]);
    },
  ),

  rule("[3.3] irreversible calls that threaten nothing run together at the end", TOOLS, async (rig) => {
    await rig.run([call("a", "pay", SKIP), call("b", "pay", SKIP), call("look", "look")]);
    assertEqual(rig.calls, ["0 look", "20 a", "20 b"]);
  }),

  rule("[3.3] a batch in which nothing may abort runs concurrently", TOOLS, async (rig) => {
    await rig.run([call("a", "pay", SKIP), call("b", "pay", SKIP), call("c", "look", SKIP)]);
    assertEqual(rig.calls, ["0 a", "0 b", "0 c"]);
  }),

  rule("[3.3] an action that runs only to undo is none that may abort", TOOLS, async (rig) => {
    const undo = { compensation: { type: "action_ref", action_id: "undo" } };
    await rig.run([call("a", "pay", { ...SKIP, ...undo }), call("b", "look", SKIP), call("undo", "look")]);
    assertEqual(rig.calls, ["0 a", "0 b"]);
  }),

  rule(
    "[3.3] a tool is irreversible unless the host says otherwise",
    { tools: { plain: { run: takes(10) } } },
    async (rig) => {
      await rig.run([call("a", "plain"), call("b", "plain")]);
      assertEqual(rig.calls, ["0 a", "10 b"]);
    },
  ),

  rule("[3.3] a model can make an action stricter, never looser", TOOLS, async (rig) => {
    const actions = [
      call("pay", "pay", { reversibility: "reversible" }),
      call("strict", "look", { reversibility: "irreversible" }),
      call("look", "look"),
    ];
    await rig.run(actions);
    assertEqual(rig.calls, ["0 look", "20 pay", "30 strict"]);
  }),

  rule(
    "[3.3] a compensable call is not held back",
    { tools: { ...TOOLS.tools, book: { ...LOOK, reversibility: "compensable", compensation: { tool: "look" } } } },
    async (rig) => {
      await rig.run([call("book", "book"), call("look", "look")]);
      assertEqual(rig.calls, ["0 book", "0 look"]);
    },
  ),

  rule(
    "[3.3] a call that had to wait for its tool is judged when it starts, not when it came",
    { tools: { ...TOOLS.tools, one: { run: takes(10), max_concurrency: 1 } } },
    async (rig) => {
      const actions = [
        call("first", "one", SKIP),
        call("second", "one"),
        call("afterFirst", "look", { dependencies: ["first"] }),
        call("afterSecond", "look", { dependencies: ["second"] }),
      ];
      await rig.run(actions);
      assertEqual(rig.calls, ["0 first", "10 afterFirst", "30 second", "40 afterSecond"]);
    },
  ),

  rule("[3.3] state actions are reversible", TOOLS, async (rig) => {
    const result = await rig.run([
      call("pay", "pay", SKIP),
      write("w", { k: 1 }, { preconditions: [{ key: "none", operator: "exists" }] }),
    ]);
    assertEqual([result.status, rig.calls], ["rolled_back", []], "outcome");
  }),

  rule('[3.3] `schedule: "eager"` turns this off', { ...TOOLS, schedule: "eager" }, async (rig) => {
    await rig.run([call("a", "pay"), call("b", "pay"), call("c", "look")]);
    assertEqual(rig.calls, ["0 a", "0 b", "0 c"]);
  }),
];
