import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { endings } from "./looks.js";
import { later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const takesTen: NonNullable<ToolUnderTest["run"]> = ({ clock }) => later(clock, 10, 10);
const TOOLS = { ten: { ...REVERSIBLE, run: takesTen }, wire: { run: takesTen } };

/** 5.7: what is asked of a budget before the first call that cannot be undone. */
export const BUDGET_REST_RULES: readonly Rule[] = [
  rule(
    "[5.7] what cannot fit is decided before the first irreversible call",
    { tools: TOOLS, budget: { max_tool_calls: 2 } },
    async (rig) => {
      const result = await rig.run([call("a", "wire"), call("b", "wire"), call("c", "wire")]);
      assertEqual([result.status, rig.calls], ["rolled_back", []]);
    },
  ),

  rule(
    "[5.7] the rest is what is left besides the call about to be made",
    { tools: TOOLS, budget: { max_tool_calls: 1 } },
    async (rig) => {
      // By abort safety the second goes first; only the first, which may not abort, goes without.
      const result = await rig.run([call("a", "wire", SKIP), call("b", "wire")]);
      assertEqual([result.status, endings(result)], ["committed", ["skipped budget_exceeded", "succeeded -"]]);
    },
  ),

  rule(
    "[5.7] the rest is charged in the order in which it can run, not in the list's",
    { tools: TOOLS, budget: { max_tool_calls: 2 } },
    async (rig) => {
      const result = await rig.run([
        call("third", "ten", { ...SKIP, dependencies: ["second"] }),
        call("second", "ten", { dependencies: ["first"] }),
        call("first", "wire", SKIP),
      ]);
      assertEqual(
        [result.status, endings(result)],
        ["committed", ["skipped budget_exceeded", "succeeded -", "succeeded -"]],
      );
    },
  ),

  rule(
    "[5.7] what fits exactly, fits",
    { tools: TOOLS, budget: { max_tool_calls: 3, max_actions: 3 } },
    async (rig) => {
      assertEqual((await rig.run([call("a", "wire"), call("b", "wire"), call("c", "wire")])).status, "committed");
    },
  ),

  rule(
    "[5.7] also while a call is in flight",
    { tools: TOOLS, budget: { max_tool_calls: 3, on_exceeded: "rollback" } },
    async (rig) => {
      const actions = [
        call("look", "ten", SKIP),
        call("first", "wire", SKIP),
        call("after", "ten", { dependencies: ["first"] }),
      ];
      const result = await rig.run(actions);
      assertEqual([result.status, result.cost.tool_calls], ["committed", 3]);
    },
  ),
];
