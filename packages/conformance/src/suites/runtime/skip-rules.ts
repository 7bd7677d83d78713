import { assertEqual } from "../../assert.js";
import { call, check, read, REVERSIBLE, SKIP, write } from "./actions.js";
import { outcomes } from "./looks.js";
import { forever, rule, type Rule } from "./rig.js";

const FAIL = {
  ...REVERSIBLE,
  run: (): never => {
    throw new Error("broken");
  },
};
const TOOLS = { tools: { ok: REVERSIBLE, fail: FAIL } };
const after = (id: string): object => ({ dependencies: [id] });

/** 3.4 and 3.5: what becomes of dependants, and what a tolerated failure looks like. */
export const SKIP_RULES: readonly Rule[] = [
  rule("[3.4] dependants of an action that did not succeed are skipped with its id", TOOLS, async (rig) => {
    const actions = [
      call("bad", "fail", SKIP),
      call("named", "ok", after("bad")),
      call("referring", "ok", { parameters: { x: "$bad.output" } }),
      call("free", "ok"),
    ];
    const result = await rig.run(actions);
    assertEqual(outcomes(result).slice(1), [
      "named skipped dependency_unsuccessful 0",
      "referring skipped dependency_unsuccessful 0",
      "free succeeded - 1",
    ]);
    assertEqual(
      result.results.slice(1, 3).map(({ reason }) => reason?.action_id),
      ["bad", "bad"],
      "causes",
    );
  }),

  rule(
    "[3.4] so is what needs a key whose only writer did not succeed",
    { ...TOOLS, state: { k: "old" } },
    async (rig) => {
      const actions = [
        call("bad", "fail", { ...SKIP, expected_effects: { k: "new" } }),
        call("needs", "ok", { state_dependencies: ["k"] }),
      ];
      const result = await rig.run(actions);
      assertEqual(outcomes(result)[1], "needs skipped dependency_unsuccessful 0");
      assertEqual(result.results[1]?.reason?.action_id, "bad", "cause");
    },
  ),

  rule("[3.4] a writer that declares the key twice is one writer", { ...TOOLS, state: { k: "old" } }, async (rig) => {
    const actions = [
      call("bad", "fail", { ...SKIP, expected_effects: { k: "new" }, write_set: ["k", "k*"] }),
      call("needs", "ok", { state_dependencies: ["k"] }),
    ];
    assertEqual(outcomes(await rig.run(actions))[1], "needs skipped dependency_unsuccessful 0");
  }),

  rule("[3.4] other state edges only order", TOOLS, async (rig) => {
    const actions = [
      call("bad", "fail", { ...SKIP, expected_effects: { k: 1 } }),
      read("reads", "k"),
      write("writes", { k: 2 }),
    ];
    assertEqual(outcomes(await rig.run(actions)).slice(1), ["reads succeeded - 1", "writes succeeded - 1"]);
  }),

  rule("[3.4] with two writers of the key, one success is enough", TOOLS, async (rig) => {
    const actions = [
      write("good", { k: 1 }),
      call("bad", "fail", { ...SKIP, expected_effects: { k: 2 } }),
      call("needs", "ok", { state_dependencies: ["k"] }),
    ];
    assertEqual(outcomes(await rig.run(actions))[2], "needs succeeded - 1");
  }),

  rule("[3.4] such a skip never aborts by itself", TOOLS, async (rig) => {
    const result = await rig.run([call("bad", "fail", SKIP), call("mayAbort", "ok", after("bad"))]);
    assertEqual(result.status, "committed", "status");
  }),

  rule("[3.4] a skipped action's dependants are skipped in turn", TOOLS, async (rig) => {
    const result = await rig.run([
      call("bad", "fail", SKIP),
      call("b", "ok", after("bad")),
      call("c", "ok", after("b")),
    ]);
    assertEqual(outcomes(result)[2], "c skipped dependency_unsuccessful 0");
  }),

  rule("[3.5] a tolerated failure is `skipped` with code `failed`, its error and its attempts", TOOLS, async (rig) => {
    const result = await rig.run([call("bad", "fail", SKIP), call("good", "ok")]);
    assertEqual([result.status, ...outcomes(result)], ["committed", "bad skipped failed 1", "good succeeded - 1"]);
    assertEqual(result.results[0]?.error?.includes("broken"), true, "the error is there");
  }),

  rule(
    "[3.5] its code is `failed` however it failed",
    { tools: { slow: { ...REVERSIBLE, run: () => forever() }, odd: { ...REVERSIBLE, run: () => 1n } } },
    async (rig) => {
      const actions = [
        call("a", "slow", { ...SKIP, timeout_ms: 10 }),
        call("b", "odd", SKIP),
        check("c", { absent: 1 }, SKIP),
      ];
      assertEqual(outcomes(await rig.run(actions)), ["a skipped failed 1", "b skipped failed 1", "c skipped failed 1"]);
    },
  ),

  rule("[3.5] it counts as executed, not as skipped", TOOLS, async (rig) => {
    const { cost } = await rig.run([call("bad", "fail", SKIP), call("never", "ok", after("bad"))]);
    assertEqual([cost.actions_executed, cost.actions_skipped, cost.actions_rejected], [1, 1, 0], "cost");
  }),

  rule("[3.5] what was refused stays `rejected`, and is tolerated too", TOOLS, async (rig) => {
    const result = await rig.run([call("bad", "nobody", SKIP), call("good", "ok")]);
    assertEqual(
      [result.status, ...outcomes(result)],
      ["committed", "bad rejected unknown_tool 0", "good succeeded - 1"],
    );
    assertEqual(result.cost.actions_rejected, 1, "cost");
  }),
];
