import { ALLOW } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { call, check, read, RETRY, REVERSIBLE, SKIP, write } from "./actions.js";
import { endings, textOf } from "./looks.js";
import { DENY, policyOf } from "./policies.js";
import { rule, type Rule } from "./rig.js";

const NOT_B = policyOf(({ action }) => (action.id === "b" ? DENY : ALLOW));
const NOT_AGAIN = policyOf(({ attempt }) => (attempt > 1 ? DENY : ALLOW));

const SAME = { idempotent: true, parameters: { n: 1 } };
const TOOLS = { tools: { t: REVERSIBLE, u: REVERSIBLE } };
const ONLY_MINE = {
  ...TOOLS,
  capabilities: { allowed_state_keys: ["mine", "my.*"] },
  state: { yours: "hunter2", mine: 1 },
};

/** 4.1 and 4.2: permission comes first, and covers every key by every path. */
export const AUTHORITY_RULES: readonly Rule[] = [
  rule(
    "[4.1] a deduplicated answer is not served to a caller that may not make the call",
    { ...TOOLS, policy: NOT_B },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t", SAME)])), ["succeeded -"], "first");
      assertEqual(endings(await rig.run([call("b", "t", SAME)])), ["rejected policy_denied"], "second");
    },
  ),

  rule(
    "[4.1] a cached answer is not served to a caller that may not make the call",
    { tools: { t: { ...REVERSIBLE, cache_ttl_secs: 60 } }, policy: NOT_B },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t")])), ["succeeded -"], "first");
      assertEqual(endings(await rig.run([call("b", "t")])), ["rejected policy_denied"], "second");
    },
  ),

  rule(
    "[4.1] after the wait for a retry the policy is asked again",
    { tools: { t: { ...REVERSIBLE, run: () => Promise.reject(new Error("busy")) } }, policy: NOT_AGAIN },
    async (rig) => {
      const result = await rig.run([call("a", "t", RETRY)]);
      assertEqual([result.status, result.results[0]?.reason?.code], ["rolled_back", "policy_denied"]);
      assertEqual(rig.calls.length, 1, "calls");
    },
  ),

  rule(
    "[4.2] only allowed tools may be called; an empty list allows none",
    { ...TOOLS, capabilities: { allowed_tools: ["t"] } },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t", SKIP), call("b", "u", SKIP)])), [
        "succeeded -",
        "rejected capability_denied",
      ]);
    },
  ),

  rule("[4.2] an empty list of tools allows none", { ...TOOLS, capabilities: { allowed_tools: [] } }, async (rig) => {
    assertEqual(endings(await rig.run([call("a", "t")])), ["rejected capability_denied"]);
  }),

  rule(
    "[4.2] a denial wins over an allowance",
    { ...TOOLS, capabilities: { allowed_tools: ["t"], denied_tools: ["t"] } },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t")])), ["rejected capability_denied"]);
    },
  ),

  rule("[4.2] keys are checked exactly or by prefix, for reads and writes", ONLY_MINE, async (rig) => {
    const actions = [
      read("a", "mine", SKIP),
      write("b", { "my.1": 1 }, SKIP),
      read("c", "yours", SKIP),
      write("d", { mine2: 1 }, SKIP),
    ];
    assertEqual(endings(await rig.run(actions)), [
      "succeeded -",
      "succeeded -",
      "rejected capability_denied",
      "rejected capability_denied",
    ]);
  }),

  rule("[4.2] every path to a key is checked", ONLY_MINE, async (rig) => {
    const paths = [
      { preconditions: [{ key: "yours", operator: "exists" }] },
      { state_dependencies: ["yours"] },
      { assumptions: [{ key: "yours", expected_value: "hunter2" }] },
      { expected_effects: { yours: 1 } },
      { read_set: ["yours"] },
      { write_set: ["yours"] },
    ];
    const actions = [
      ...paths.map((path, index) => call(`a${index}`, "t", { ...path, ...SKIP })),
      check("z", { yours: "x" }, SKIP),
    ];
    assertEqual(new Set(endings(await rig.run(actions))).size, 1, "different endings");
    assertEqual(rig.calls, [], "calls");
    assertEqual(rig.runtime.state.get("yours"), "hunter2", "state");
  }),

  rule(
    "[4.2] a tool's own effects are checked too",
    { ...ONLY_MINE, tools: { t: { ...REVERSIBLE, effects: ["yours"] }, u: { ...REVERSIBLE, effects: ["mine"] } } },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t", SKIP), call("b", "u", SKIP)])), [
        "rejected capability_denied",
        "succeeded -",
      ]);
    },
  ),

  rule("[4.2] a refusal never shows the value of a key the caller may not read", ONLY_MINE, async (rig) => {
    const precondition = { preconditions: [{ key: "yours", value: "guess" }] };
    const result = await rig.run([
      call("a", "t", { ...precondition, ...SKIP }),
      check("b", { yours: "guess" }, SKIP),
      read("c", "yours", SKIP),
    ]);
    assertEqual(textOf(result).includes("hunter2"), false, "the result shows the value");
    assertEqual(textOf(rig.events).includes("hunter2"), false, "the log shows the value");
  }),
];
