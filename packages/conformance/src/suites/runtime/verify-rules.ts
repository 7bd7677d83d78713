import { assertEqual } from "../../assert.js";
import { call, check, read, REVERSIBLE, write } from "./actions.js";
import { denying } from "./policies.js";
import { type Rig, rule, type Rule } from "./rig.js";

const SCHEMA = { type: "object", required: ["to"], properties: { to: { type: "string" } } };
const TOOLS = {
  tools: { mail: { ...REVERSIBLE, parameters: SCHEMA }, t: REVERSIBLE, claims: { ...REVERSIBLE, effects: ["k"] } },
};

/** Ids of the actions that have an error, and that nothing ran. */
const flawed = async (rig: Rig, actions: Parameters<Rig["run"]>[0]): Promise<readonly string[]> => {
  const report = await rig.settle(rig.runtime.verify({ actions }));
  assertEqual(rig.calls, [], "calls");
  const errors = report.issues.filter(({ severity }) => severity === "error");
  assertEqual(report.valid, errors.length === 0, "valid");
  const order = JSON.stringify(report.execution_order);
  if (report.valid)
    assertEqual(
      actions.filter(({ id }) => !order.includes(`"${id}"`)),
      [],
      "actions left out of the order",
    );
  return errors.map(({ action_id }) => action_id ?? "").sort();
};

/** 9: what can be said before anything runs. */
export const VERIFY_RULES: readonly Rule[] = [
  rule("[9] a good proposal is valid, nothing runs and nothing changes", TOOLS, async (rig) => {
    assertEqual(await flawed(rig, [call("a", "mail", { parameters: { to: "ann" } }), write("w", { k: 1 })]), []);
    assertEqual([rig.runtime.state.keys(), rig.runtime.store.view().version], [[], 0]);
  }),

  rule("[9] unknown tools and parameters that do not fit are found", TOOLS, async (rig) => {
    assertEqual(await flawed(rig, [call("a", "nobody"), call("b", "mail"), call("c", "t")]), ["a", "b"]);
  }),

  rule("[9] so are cycles and unknown references", TOOLS, async (rig) => {
    assertEqual(
      (await flawed(rig, [call("a", "t", { dependencies: ["b"] }), call("b", "t", { dependencies: ["a"] })])).length >
        0,
      true,
      "cycle",
    );
    assertEqual(
      (await flawed(rig, [call("a", "t", { parameters: { x: "$ghost.output" } })])).length > 0,
      true,
      "reference",
    );
  }),

  rule("[9] so are conditions that the state already decides", { ...TOOLS, state: { n: 5 } }, async (rig) => {
    const actions = [
      call("a", "t", { preconditions: [{ key: "n", value: 6 }] }),
      check("b", { n: 5 }),
      call("c", "t", { state_dependencies: ["absent"] }),
    ];
    assertEqual(await flawed(rig, actions), ["a", "c"]);
  }),

  rule(
    "[9] what an earlier write of the proposal makes true is no issue",
    { ...TOOLS, state: { n: 5 } },
    async (rig) => {
      assertEqual(await flawed(rig, [write("w", { n: 6 }), check("c", { n: 6 })]), []);
    },
  ),

  rule(
    "[9] where a tool's effects could change a condition nothing is claimed",
    { ...TOOLS, state: { k: 1 } },
    async (rig) => {
      assertEqual(await flawed(rig, [call("t", "claims"), check("c", { k: 2 })]), []);
    },
  ),

  rule("[9] denials are found", { ...TOOLS, policy: denying("t") }, async (rig) => {
    assertEqual(await flawed(rig, [call("a", "t"), call("b", "claims")]), ["a"]);
  }),

  rule("[9] references count as unknown values, not as errors", TOOLS, async (rig) => {
    assertEqual(await flawed(rig, [call("a", "t"), call("b", "mail", { parameters: { to: "$a.output" } })]), []);
  }),

  rule("[9] it says in which order the actions would run", TOOLS, async (rig) => {
    const report = await rig.settle(
      rig.runtime.verify({ actions: [call("b", "t", { dependencies: ["a"] }), call("a", "t"), read("r", "k")] }),
    );
    const order = JSON.stringify(report.execution_order);
    assertEqual(order.indexOf('"a"') < order.indexOf('"b"'), true, order);
  }),

  rule("[9] what is no proposal is an issue, not an exception", TOOLS, async (rig) => {
    const report = await rig.settle(rig.runtime.verify("{not json"));
    assertEqual([report.valid, report.issues.length > 0], [false, true]);
  }),
];
