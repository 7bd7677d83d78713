import { assertEqual } from "../../assert.js";
import { call, check, RETRY, REVERSIBLE, SKIP, write } from "./actions.js";
import { countOf, endings, eventsOf, outcomes } from "./looks.js";
import { failLater, forever, later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const takes = (ms: number): ToolUnderTest => ({ ...REVERSIBLE, run: ({ clock }) => later(clock, ms, ms) });
const breaks = (ms: number): ToolUnderTest => ({
  ...REVERSIBLE,
  run: ({ clock }) => failLater(clock, ms, new Error("broken")),
});

/** Gives up when its signal aborts. */
const heeding: ToolUnderTest = {
  ...REVERSIBLE,
  run: ({ context }) =>
    new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped")))),
};
const UNMET = { key: "absent", operator: "exists" };
const TOOLS = {
  tools: {
    ten: takes(10),
    fifty: takes(50),
    breaks: breaks(20),
    heeding,
    deaf: { ...REVERSIBLE, run: () => forever() },
  },
};

/** 5.2 and 5.3: all or nothing. */
export const ABORT_RULES: readonly Rule[] = [
  rule(
    "[5.2] a failed or refused action that may abort undoes the run",
    { ...TOOLS, state: { k: "old" } },
    async (rig) => {
      const refused = call("a", "ten", { preconditions: [UNMET] });
      const causes = [call("a", "breaks"), call("a", "breaks", RETRY), refused, check("a", { k: "other" })];
      for (const cause of causes) {
        const result = await rig.run([write("w", { z: "new" }), { ...cause, dependencies: ["w"] }]);
        assertEqual([result.status, rig.runtime.state.get("z")], ["rolled_back", undefined]);
      }
    },
  ),

  rule("[5.2] nothing new starts after an abort", TOOLS, async (rig) => {
    const result = await rig.run([
      call("bad", "breaks"),
      call("slow", "fifty"),
      call("next", "ten", { dependencies: ["slow"] }),
    ]);
    assertEqual(rig.calls, ["0 bad", "0 slow"], "calls");
    assertEqual(outcomes(result)[2], "next skipped aborted 0");
  }),

  rule("[5.2] siblings in flight get the signal and are awaited", TOOLS, async (rig) => {
    const result = await rig.run([call("bad", "breaks"), call("polite", "heeding"), call("slow", "fifty")]);
    assertEqual(outcomes(result), ["bad failed failed 1", "polite failed canceled 1", "slow succeeded - 1"]);
    assertEqual(result.cost.wall_ms, 50, "wall time");
  }),

  rule("[5.2] they are awaited for a bounded time, then in doubt", TOOLS, async (rig) => {
    const result = await rig.run([call("bad", "breaks"), call("deaf", "deaf")]);
    assertEqual(
      [result.status, result.results[1]?.reason?.code, result.cost.wall_ms],
      ["rolled_back", "in_doubt", 5_020],
    );
  }),

  rule("[5.2] the host sets how long", { ...TOOLS, limits: { drain_timeout_ms: 100 } }, async (rig) => {
    const result = await rig.run([call("bad", "breaks"), call("deaf", "deaf", SKIP)]);
    assertEqual(result.cost.wall_ms, 120);
  }),

  rule(
    "[5.2] an abort drops what the run changed and nothing else",
    { ...TOOLS, state: { a: 1, b: 2 } },
    async (rig) => {
      const before = rig.runtime.state.keys().map((key) => rig.runtime.state.entry(key));
      await rig.run([
        write("w1", { a: "x" }),
        write("w2", { new: "x" }),
        call("bad", "breaks", { dependencies: ["w1", "w2"] }),
      ]);
      assertEqual(
        rig.runtime.state.keys().map((key) => rig.runtime.state.entry(key)),
        before,
      );
    },
  ),

  rule("[5.2] history is append-only: a rollback adds records", TOOLS, async (rig) => {
    await rig.run([write("w", { k: 1 }), call("bad", "breaks", { dependencies: ["w"] })]);
    assertEqual([countOf(rig, "state_changed") >= 1, countOf(rig, "state_rollback")], [true, 1]);
    const [completed] = eventsOf(rig, "proposal_completed");
    assertEqual(completed?.data.status, "rolled_back", "logged status");
  }),

  rule("[5.2] actions that were refused before the abort stay refused", TOOLS, async (rig) => {
    const result = await rig.run([call("no", "ten", { ...SKIP, preconditions: [UNMET] }), call("bad", "breaks")]);
    assertEqual(endings(result), ["rejected precondition_failed", "failed failed"]);
  }),

  rule("[5.3] what had succeeded says `rolled_back`, and keeps what it had changed", TOOLS, async (rig) => {
    const result = await rig.run([write("w", { k: 1 }), call("bad", "breaks", { dependencies: ["w"] })]);
    const [first, second] = result.results;
    assertEqual([first?.status, first?.rolled_back, first?.state_changes], ["succeeded", true, { k: 1 }]);
    assertEqual(second?.rolled_back, false, "the failed one");
  }),

  rule("[5.3] the first cause is named, in the result and in the log", TOOLS, async (rig) => {
    const result = await rig.run([call("late", "heeding"), call("first", "breaks"), call("other", "ten")]);
    assertEqual([result.cause?.code, result.cause?.action_id], ["failed", "first"], "result");
    const [completed] = eventsOf(rig, "proposal_completed");
    assertEqual(completed?.data.cause?.action_id, "first", "log");
  }),

  rule("[5.3] nothing of a committed run is rolled back", TOOLS, async (rig) => {
    const result = await rig.run([call("a", "ten"), call("b", "breaks", SKIP)]);
    assertEqual(
      [result.status, result.results.map(({ rolled_back }) => rolled_back), result.cause],
      ["committed", [false, false], undefined],
    );
  }),
];
