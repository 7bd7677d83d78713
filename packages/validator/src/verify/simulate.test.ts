import { describe, expect, it } from "vitest";
import { brief, call, expects, TOOLS, write } from "./testing/plans.js";
import { simulate } from "./verify.js";

const verdicts = async (actions: readonly unknown[]) => {
  const { results } = await simulate({ actions }, { tools: TOOLS });
  return results.map(({ action_id, verdict, cause }) => [action_id, verdict, cause].filter(Boolean).join(" "));
};

describe("simulate", () => {
  it("[VA-42] [3.4] skips what depends on an action that could not run, and names the cause", async () => {
    const actions = [
      expects("a", "k", 1),
      call("b", { dependencies: ["a"] }),
      call("c", { parameters: { n: "$b.output" } }),
      write("d", "z", 1),
    ];
    expect(await verdicts(actions)).toEqual(["a would_fail", "b skipped a", "c skipped b", "d would_run"]);
  });

  it("[VA-42] [3.4] skips what lost the only writer of a key it depends on, and nothing that is merely ordered", async () => {
    const failing = { preconditions: [{ key: "none", operator: "exists" }] };
    const actions = [
      { ...write("a", "k", 1), ...failing },
      call("b", { state_dependencies: ["k"] }),
      { id: "c", type: "state_read", parameters: { key: "k" } },
    ];
    expect(await verdicts(actions)).toEqual(["a would_fail", "b skipped a", "c would_run"]);
  });

  it("[VA-42] leaves nothing of what could not run", async () => {
    const wrong = { ...write("b", "k", 2), state_dependencies: ["none"] };
    const { simulated_state } = await simulate({ actions: [write("a", "k", 1), wrong] });
    expect(simulated_state).toEqual({ k: { known: true, value: 1, present: true, claimed: false } });
  });

  it("[VA-32] [2.1] reports why a proposal would be refused whole, and runs nothing of it", async () => {
    const late = [call("a", { state_dependencies: ["k"] }), write("b", "k", 1)];
    const streaming = [call("a", { invocation_mode: "streaming" })];
    const refused = [{ actions: late }, { actions: streaming }, { actions: [call("a"), call("a")] }, {}, "nonsense"];
    for (const proposal of refused) {
      const { issues, results, simulated_state } = await simulate(proposal, { tools: TOOLS });
      expect(brief(issues)[0]).toMatch(/^error (invalid|unsupported)/);
      expect([results, simulated_state]).toEqual([[], {}]);
    }
  });

  it("[VA-32] reports issues of the whole beside results when it would run", async () => {
    const actions = [call("a", { tool: "send" }), call("b", { dependencies: ["a"] })];
    const { issues, results } = await simulate({ actions }, { tools: TOOLS });
    expect([brief(issues), results.length]).toEqual([["warning irreversible_before_abort a"], 2]);
  });
});
