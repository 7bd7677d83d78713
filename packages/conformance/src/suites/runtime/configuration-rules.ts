import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { endings, eventsOf } from "./looks.js";
import { later, rule, type Rule } from "./rig.js";

const SLOW = { ...REVERSIBLE, run: ({ clock }: { clock: Parameters<typeof later>[0] }) => later(clock, 10, "old") };
const CHAIN = [call("a", "slow"), call("b", "other", { dependencies: ["a"], ...SKIP })];

/** 2.2: one snapshot judges a whole run. */
export const CONFIGURATION_RULES: readonly Rule[] = [
  rule("[2.2] a tool registered during a run is not there for that run", { tools: { slow: SLOW } }, async (rig) => {
    const running = rig.run(CHAIN);
    rig.runtime.registerTool(rig.tool("other", {}));
    assertEqual(endings(await running), ["succeeded -", "rejected unknown_tool"], "the open run");
    assertEqual(endings(await rig.run(CHAIN)), ["succeeded -", "succeeded -"], "the next run");
  }),

  rule(
    "[2.2] a tool unregistered or replaced during a run stays as it was for that run",
    { tools: { slow: SLOW, other: { run: () => "old" } } },
    async (rig) => {
      const running = rig.run(CHAIN);
      rig.runtime.registerTool(rig.tool("other", { run: () => "new" }));
      rig.runtime.unregisterTool("slow");
      assertEqual((await running).results[1]?.output, "old", "output");
      assertEqual(endings(await rig.run([call("a", "slow", SKIP)])), ["rejected unknown_tool"], "the next run");
    },
  ),

  rule(
    "[2.2] revoking stops a tool before its next dispatch, in open runs too",
    { tools: { slow: SLOW, other: {} } },
    async (rig) => {
      const running = rig.run(CHAIN);
      assertEqual(rig.runtime.revoke("other"), true, "revoke");
      assertEqual(endings(await running), ["succeeded -", "rejected revoked"], "the open run");
      assertEqual(rig.calls, ["0 a"], "calls");
    },
  ),

  rule("[2.2] the log says which configuration judged a run", { tools: { slow: SLOW } }, async (rig) => {
    await rig.run([call("a", "slow")]);
    rig.runtime.registerTool(rig.tool("other", {}));
    await rig.run([call("a", "slow")]);
    const [before, after] = eventsOf(rig, "proposal_received").map(({ data }) => data.config_version);
    assertEqual(typeof before, "number", "type of the version");
    assertEqual(before === after, false, "versions are equal");
  }),
];
