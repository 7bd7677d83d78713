import { collectEvents } from "@car/conformance/internal";
import type { ProposalInput, ProposalResult } from "@car/ir";
import { memoryApprovalStore } from "@car/approvals";
import { requireApproval, rulePolicy } from "@car/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replayRuns } from "../replay/replay-runs.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";

type Action = ProposalInput["actions"][number];

/** A plan of calls, some of which need approval, of writes, and of what depends on them. */
const anyPlan: fc.Arbitrary<readonly Action[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom("free", "asked", "final", "write", "read"),
      back: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
      skips: fc.boolean(),
      refers: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((steps) =>
    steps.map(({ kind, back, skips, refers }, index): Action => {
      const id = `a${index}`;
      const before = [...new Set(back.map((each) => index - 1 - each).filter((each) => each >= 0))];
      const more = {
        dependencies: before.map((each) => `a${each}`),
        ...(skips ? { failure_behavior: "skip" as const } : {}),
      };
      if (kind === "write") return { id, type: "state_write", parameters: { key: "k", value: index }, ...more };
      if (kind === "read") return { id, type: "state_read", parameters: { key: "k" }, ...more };
      const from = refers && before.length > 0 ? { from: `$a${before[0]!}.output` } : {};
      return call(id, kind, { parameters: { index, ...from }, ...more });
    }),
  );

const anyAnswers = fc.uniqueArray(fc.constantFrom("a0", "a1", "a2", "a3", "a4", "a5", "a6"), { maxLength: 2 });

function setUp(options: RuntimeOptions) {
  const calls: string[] = [];
  const named = (name: string, host: object) =>
    tool(name, (given) => (calls.push(`${name} ${JSON.stringify(given)}`), { name, given }), host);
  const tools = [
    named("free", { reversibility: "reversible" }),
    named("asked", { reversibility: "reversible" }),
    named("final", {}),
  ];
  const policy = rulePolicy([requireApproval({ tool: "asked" }), requireApproval({ tool: "final" })]);
  return { ...testRuntime({ tools, policy, ...options }), calls };
}

async function inline(plan: readonly Action[], denied: readonly string[]) {
  const made = setUp({ approver: ({ action_id }) => !denied.includes(action_id) });
  return { result: await made.runtime.execute({ actions: [...plan] }), made };
}

async function later(plan: readonly Action[], denied: readonly string[]) {
  const made = setUp({ approvals: memoryApprovalStore() });
  let result: ProposalResult = await made.runtime.execute({ actions: [...plan] });
  for (let rounds = 0; result.status === "suspended"; rounds++) {
    expect(rounds).toBeLessThan(plan.length);
    const pending = await made.runtime.approvals.pending();
    expect(pending.length).toBeGreaterThan(0);
    for (const { id, action_id } of pending) {
      await made.runtime.approvals.decide(id, { approved: !denied.includes(action_id) });
    }
    result = await made.runtime.resume(result.run_id);
  }
  return { result, made };
}

describe("a run that is suspended", () => {
  it(
    "[EN-91] [EN-96] [6.5] [7.6] ends as one whose approver answers at once, whatever the plan, calls nothing twice, and replays",
    { timeout: 120_000 },
    async () => {
      const law = fc.asyncProperty(anyPlan, anyAnswers, async (plan, denied) => {
        const [now, then] = [await inline(plan, denied), await later(plan, denied)];
        expect(then.result.status).toBe(now.result.status);
        expect(then.made.runtime.state.get("k")).toEqual(now.made.runtime.state.get("k"));
        expect(new Set(then.made.calls).size).toBe(then.made.calls.length);
        expect(then.made.runtime.suspended()).toEqual([]);
        const again = await replayRuns(await collectEvents(then.made.runtime.eventLog));
        expect([again.divergences, again.skipped]).toEqual([[], []]);
        if (now.result.status !== "committed") return;
        expect(statuses(then.result)).toEqual(statuses(now.result));
        expect(then.result.results.map(({ output }) => output)).toEqual(now.result.results.map(({ output }) => output));
        expect([...then.made.calls].sort()).toEqual([...now.made.calls].sort());
      });
      await fc.assert(law, { numRuns: 300 });
    },
  );
});
