import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, write } from "./actions.js";
import { countOf, endings, eventsOf, outcomes } from "./looks.js";
import { later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const TEN: ToolUnderTest = { ...REVERSIBLE, run: ({ clock }) => later(clock, 10, 1) };
const HEEDING: ToolUnderTest = {
  ...REVERSIBLE,
  run: ({ context }) =>
    new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped")))),
};
const BOOK: ToolUnderTest = { ...TEN, reversibility: "compensable", compensation: { tool: "undo" } };
const TOOLS = { tools: { ten: TEN, heeding: HEEDING, book: BOOK, undo: REVERSIBLE } };

/** 5.8: a caller that gives up. */
export const CANCEL_RULES: readonly Rule[] = [
  rule("[5.8] a signal that is already aborted lets nothing run", TOOLS, async (rig) => {
    const result = await rig.run([call("a", "ten"), write("w", { k: 1 })], { signal: AbortSignal.abort() });
    assertEqual([result.status, rig.calls, rig.runtime.state.keys()], ["canceled", [], []]);
    assertEqual(
      result.results.map(({ status, attempts }) => [status, attempts]),
      [
        ["skipped", 0],
        ["skipped", 0],
      ],
    );
  }),

  rule("[5.8] a signal behaves like an abort with status `canceled`", TOOLS, async (rig) => {
    const controller = new AbortController();
    rig.clock.setTimer(() => controller.abort(), 15);
    const actions = [
      write("w", { k: 1 }),
      call("done", "ten"),
      call("polite", "heeding"),
      call("next", "ten", { dependencies: ["polite"] }),
    ];
    const result = await rig.run(actions, { signal: controller.signal });
    assertEqual([result.status, result.cause?.code, result.cost.wall_ms], ["canceled", "canceled", 15]);
    assertEqual(outcomes(result).slice(1, 3), ["done succeeded - 1", "polite failed canceled 1"]);
    assertEqual(
      [result.results[0]?.rolled_back, rig.runtime.state.get("k"), result.results[3]?.attempts],
      [true, undefined, 0],
    );
  }),

  rule("[5.8] what can be undone is compensated", TOOLS, async (rig) => {
    const controller = new AbortController();
    rig.clock.setTimer(() => controller.abort(), 15);
    const result = await rig.run([call("book", "book"), call("polite", "heeding")], { signal: controller.signal });
    assertEqual([result.results[0]?.compensated, result.external_effects_remain], [true, false]);
  }),

  rule("[5.8] it is logged", TOOLS, async (rig) => {
    await rig.run([call("a", "ten")], { signal: AbortSignal.abort() });
    assertEqual(countOf(rig, "proposal_canceled"), 1, "proposal_canceled");
    assertEqual(eventsOf(rig, "proposal_completed")[0]?.data.status, "canceled", "status");
  }),

  rule("[5.8] a signal that comes after the end changes nothing", TOOLS, async (rig) => {
    const controller = new AbortController();
    const result = await rig.run([call("a", "ten")], { signal: controller.signal });
    controller.abort();
    await rig.clock.advanceAsync(10);
    assertEqual([result.status, endings(result)], ["committed", ["succeeded -"]]);
  }),

  rule("[5.8] canceling one run leaves the others alone", TOOLS, async (rig) => {
    const controller = new AbortController();
    rig.clock.setTimer(() => controller.abort(), 5);
    const [canceled, other] = await Promise.all([
      rig.run([call("a", "heeding")], { signal: controller.signal }),
      rig.run([call("b", "ten")]),
    ]);
    assertEqual([canceled.status, other.status], ["canceled", "committed"]);
  }),

  rule("[5.8] a run that waits for locks can be canceled", TOOLS, async (rig) => {
    const controller = new AbortController();
    rig.clock.setTimer(() => controller.abort(), 5);
    const holder = rig.run([call("a", "ten", { write_set: ["k"] })]);
    const waiter = await rig.run([call("b", "ten", { write_set: ["k"] })], { signal: controller.signal });
    assertEqual([waiter.status, waiter.cost.wall_ms, (await holder).status], ["canceled", 5, "committed"]);
  }),

  rule(
    "[5.8] canceling still counts after a budget was exceeded",
    { ...TOOLS, budget: { max_tool_calls: 1, on_exceeded: "commit" } },
    async (rig) => {
      const controller = new AbortController();
      rig.clock.setTimer(() => controller.abort(), 5);
      const result = await rig.run(
        [call("a", "heeding", { failure_behavior: "skip" }), call("b", "ten", { failure_behavior: "skip" })],
        { signal: controller.signal },
      );
      assertEqual(result.cost.wall_ms, 5);
      assertEqual(result.status === "committed", false, "committed");
    },
  ),
];
