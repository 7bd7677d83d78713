import type { JsonValue } from "@car/ir";
import type { ToolContext } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE, SKIP, write } from "./actions.js";
import { eventsOf, textOf } from "./looks.js";
import { rule, type Rule, type ToolUnderTest } from "./rig.js";

const keyOf = ({ context }: { context: ToolContext }): JsonValue => context.idempotencyKey;
const TELLS: ToolUnderTest = { ...REVERSIBLE, run: keyOf };

/** Fails at first; writes `k` each time. */
const writingThenFailing: ToolUnderTest = {
  ...REVERSIBLE,
  effects: ["k", "other"],
  run: ({ context, count }) => {
    if (count === 1) {
      context.state.set("k", "first");
      throw new Error("broken");
    }
    context.state.set("other", context.state.get("k") ?? "absent");
    return null;
  },
};

/** 4.7 and 4.8: what a tool is given, and what becomes of a failed attempt's writes. */
export const CONTEXT_RULES: readonly Rule[] = [
  rule(
    "[4.7] the context names proposal, run, action and attempt, and carries a W3C traceparent",
    {
      tools: {
        t: {
          run: ({ context: { proposalId, runId, actionId, attempt, traceparent, principal } }) => ({
            ...{ proposalId, runId, actionId, attempt, traceparent, principal },
          }),
        },
      },
    },
    async (rig) => {
      const result = await rig.run([call("a", "t")], { principal: "ann" });
      const output = result.results[0]?.output as Record<string, string>;
      assertEqual(output["runId"], result.run_id, "run id");
      assertEqual(output["proposalId"], result.proposal_id, "proposal id");
      assertEqual([output["actionId"], output["attempt"], output["principal"]], ["a", 1, "ann"]);
      const pattern = new RegExp(`^00-${result.trace_id}-[0-9a-f]{16}-[0-9a-f]{2}$`);
      assertEqual(pattern.test(output["traceparent"] ?? ""), true, `traceparent ${output["traceparent"] ?? ""}`);
    },
  ),

  rule(
    "[4.7] the idempotency key differs between two intended equal calls and between runs",
    { tools: { t: TELLS } },
    async (rig) => {
      const actions = [call("a", "t"), call("b", "t")];
      const [first, second] = [await rig.run(actions), await rig.run(actions)];
      const keys = [...first.results, ...second.results].map(({ output }) => output);
      assertEqual(new Set(keys).size, 4, "different keys");
    },
  ),

  rule(
    "[4.7] the idempotency key is the same across retries",
    {
      tools: {
        t: {
          ...REVERSIBLE,
          effects: ["keys.*"],
          run: ({ context, count }) => {
            if (count < 3) throw new Error(`key=${context.idempotencyKey}`);
            return context.idempotencyKey;
          },
        },
      },
    },
    async (rig) => {
      const { results } = await rig.run([call("a", "t", RETRY)]);
      const text = textOf(eventsOf(rig, "action_failed", "action_retrying"));
      assertEqual(text.includes(`key=${results[0]?.output as string}`), true, "the failed attempts had the same key");
    },
  ),

  rule(
    "[4.7] secrets reach tools and appear in no result and no event",
    { tools: { t: { run: ({ context }) => context.secrets["token"] === "s3cr3t" } }, secrets: { token: "s3cr3t" } },
    async (rig) => {
      const result = await rig.run([call("a", "t")]);
      assertEqual(result.results[0]?.output, true, "the tool has it");
      assertEqual(textOf([result, rig.events]).includes("s3cr3t"), false, "somebody else has it");
    },
  ),

  rule(
    "[4.7] `execute` starts a child run that knows its parent",
    {
      tools: {
        leaf: REVERSIBLE,
        node: {
          run: async ({ context }) => (await context.execute({ actions: [call("leaf", "leaf")] })).status,
        },
      },
    },
    async (rig) => {
      const parent = await rig.run([call("node", "node")]);
      assertEqual(parent.results[0]?.output, "committed", "status of the child");
      const child = eventsOf(rig, "proposal_received").find(({ run_id }) => run_id !== parent.run_id);
      assertEqual([child?.data.parent_run_id, child?.data.parent_action_id], [parent.run_id, "node"], "parent");
      assertEqual(child?.trace_id, parent.trace_id, "trace");
    },
  ),

  rule("[4.8] writes of a failed attempt are discarded", { tools: { t: writingThenFailing } }, async (rig) => {
    const result = await rig.run([call("a", "t", RETRY)]);
    assertEqual(
      [result.status, rig.runtime.state.get("k"), rig.runtime.state.get("other")],
      ["committed", undefined, "absent"],
    );
  }),

  rule("[4.8] and so are those of an action that fails for good", { tools: { t: writingThenFailing } }, async (rig) => {
    const result = await rig.run([call("a", "t", SKIP), write("w", { z: 1 })]);
    assertEqual([result.status, result.results[0]?.state_changes, rig.runtime.state.keys()], ["committed", {}, ["z"]]);
  }),
];
