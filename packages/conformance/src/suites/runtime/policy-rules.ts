import { ALLOW } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { call, read, REVERSIBLE, SKIP, write } from "./actions.js";
import { endings, eventsOf } from "./looks.js";
import { ASK, DENY, denying, policyOf } from "./policies.js";
import { rule, type Rule } from "./rig.js";

const TOOLS = { t: REVERSIBLE, u: REVERSIBLE };

/** 6.1: the engine asks, and obeys. */
export const POLICY_RULES: readonly Rule[] = [
  rule(
    "[6.1] a denied action does not run; the rules are named in the result and in the log",
    { tools: TOOLS, policy: denying("t") },
    async (rig) => {
      const result = await rig.run([call("a", "t", SKIP), call("b", "u", SKIP)]);
      assertEqual([endings(result), rig.calls], [["rejected policy_denied", "succeeded -"], ["0 b"]]);
      assertEqual(result.results[0]?.reason?.policies, ["test_rule"], "result");
      assertEqual(
        JSON.stringify(eventsOf(rig, "policy_violation", "action_rejected")).includes("test_rule"),
        true,
        "log",
      );
    },
  ),

  rule("[6.1] without a policy everything is allowed", { tools: TOOLS }, async (rig) => {
    assertEqual((await rig.run([call("a", "t"), write("w", { k: 1 })])).status, "committed");
  }),

  rule("[6.1] a decision may take its time", { tools: TOOLS, policy: policyOf(async () => DENY) }, async (rig) => {
    assertEqual(endings(await rig.run([call("a", "t")])), ["rejected policy_denied"]);
  }),

  rule(
    "[6.1] a policy that throws or rejects denies",
    {
      tools: TOOLS,
      policy: policyOf(({ action }) => {
        if (action.id === "a") throw new Error("broken");
        return Promise.reject(new Error("broken"));
      }),
    },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t", SKIP), call("b", "t", SKIP)])), [
        "rejected policy_denied",
        "rejected policy_denied",
      ]);
    },
  ),

  rule(
    "[6.1] a policy that gives no decision denies",
    { tools: TOOLS, policy: policyOf(() => undefined as unknown as typeof ALLOW) },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t")])), ["rejected policy_denied"]);
    },
  ),

  rule(
    "[6.1] it is asked about the resolved parameters, the tool and the principal",
    {
      tools: { ...TOOLS, give: { ...REVERSIBLE, run: () => "resolved" } },
      policy: policyOf(({ parameters, tool, principal }) =>
        tool?.name === "t" && (parameters["x"] !== "resolved" || principal !== "ann") ? DENY : ALLOW,
      ),
    },
    async (rig) => {
      const actions = [call("g", "give"), call("a", "t", { parameters: { x: "$g.output" }, ...SKIP })];
      assertEqual(endings(await rig.run(actions, { principal: "ann" })), ["succeeded -", "succeeded -"]);
      assertEqual(endings(await rig.run(actions, { principal: "bob" })), ["succeeded -", "rejected policy_denied"]);
    },
  ),

  rule(
    "[6.1] it is asked about state actions, too",
    { policy: policyOf(({ action }) => (action.type === "state_write" ? DENY : ALLOW)) },
    async (rig) => {
      assertEqual(endings(await rig.run([write("w", { k: 1 }, SKIP), read("r", "k", SKIP)])), [
        "rejected policy_denied",
        "succeeded -",
      ]);
    },
  ),

  rule(
    "[6.1] the view is this run's own changes over committed state",
    {
      tools: {
        t: { ...REVERSIBLE, effects: ["k"], run: ({ context }) => context.state.set("k", "new") },
        u: REVERSIBLE,
      },
      policy: policyOf(
        ({ action }, state) => (action.id === "b" && state.get("k") !== "new" ? DENY : ALLOW),
        () => ["k"],
      ),
      state: { k: "old" },
    },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t"), call("b", "u", { dependencies: ["a"] })])), [
        "succeeded -",
        "succeeded -",
      ]);
    },
  ),

  rule(
    "[6.1] a denied call costs nothing and is not asked about again",
    { tools: TOOLS, policy: denying("t") },
    async (rig) => {
      const { cost } = await rig.run([call("a", "t", SKIP)]);
      assertEqual([cost.tool_calls, cost.actions_executed, cost.actions_rejected], [0, 0, 1]);
    },
  ),

  rule(
    "[6.1] a request for approval without anybody to ask does not run",
    { tools: TOOLS, policy: policyOf(() => ASK) },
    async (rig) => {
      const result = await rig.run([call("a", "t", SKIP)]);
      assertEqual([rig.calls, result.results[0]?.reason?.code], [[], "approval_required"]);
    },
  ),
];
