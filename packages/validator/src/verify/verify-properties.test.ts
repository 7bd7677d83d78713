import { type JsonValue, parseProposal } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TOOLS } from "./testing/plans.js";
import { runSerially } from "./testing/run-serially.js";
import { simulate, verify } from "./verify.js";

const anyKey = fc.constantFrom("a", "b", "c");
const anyValue = fc.constantFrom<JsonValue>(0, 1, null);
const anyState = fc.dictionary(anyKey, anyValue, { noNullPrototype: true });
const anyOperator = fc.constantFrom("eq", "eq", "neq", "exists", "not_exists", "gte");

const anyTail = fc.record(
  {
    preconditions: fc.array(fc.record({ key: anyKey, operator: anyOperator, value: anyValue }), { maxLength: 1 }),
    state_dependencies: fc.array(anyKey, { maxLength: 1 }),
    assumptions: fc.array(fc.record({ key: anyKey, expected_value: anyValue }), { maxLength: 1 }),
    expected_effects: anyState,
    failure_behavior: fc.constantFrom("abort", "skip"),
  },
  { requiredKeys: [] },
);

const anyHead = fc.oneof(
  fc.record({ type: fc.constant("state_write"), parameters: fc.record({ key: anyKey, value: anyValue }) }),
  fc.record({ type: fc.constant("state_read"), parameters: fc.record({ key: anyKey }) }),
  fc.record({
    type: fc.constant("assertion"),
    parameters: fc.record({ key: anyKey, operator: anyOperator, expected: anyValue }),
  }),
  fc.record({ type: fc.constant("tool_call"), tool: fc.constantFrom("t", "send") }),
);

/** Actions `n0`, `n1` and so on, some of which depend on the one before. */
const anyPlan = fc.array(fc.tuple(anyHead, anyTail, fc.boolean()), { minLength: 1, maxLength: 6 }).map((parts) =>
  parts.map(([head, tail, linked], index) => ({
    ...head,
    ...tail,
    id: `n${index}`,
    dependencies: linked && index > 0 ? [`n${index - 1}`] : [],
  })),
);

describe("verification in general", () => {
  it("[VA-44] foretells a run in which tools do what they declare, where nothing is undecided", async () => {
    let decided = 0;
    const law = fc.asyncProperty(anyPlan, anyState, async (actions, state) => {
      const proposal = parseProposal({ actions });
      const { results, issues, simulated_state } = await simulate(proposal, { state, tools: TOOLS });
      const all = [...issues, ...results.flatMap((fare) => fare.issues)];
      if (results.length === 0 || all.some(({ code }) => code === "undecided")) return;
      decided++;
      const run = runSerially(proposal, state);
      expect(new Map(results.map(({ action_id, verdict }) => [action_id, verdict]))).toEqual(run.verdicts);
      const left = { ...state };
      for (const [key, end] of Object.entries(simulated_state)) if (end.known && end.present) left[key] = end.value!;
      expect(new Map(Object.entries(left))).toEqual(run.state);
    });
    await fc.assert(law, { numRuns: 500 });
    expect(decided).toBeGreaterThan(100);
  });

  it("[VA-38] [3.1] orders every action after those it depends on, and conflicting ones as listed", async () => {
    const law = fc.asyncProperty(anyPlan, async (actions) => {
      const { execution_order, conflicts } = await verify({ actions }, { tools: TOOLS });
      const place = new Map(execution_order.map((id, at) => [id, at]));
      expect(place.size).toBe(actions.length);
      const pairs = conflicts.map(({ first, second }) => [first, second] as const);
      for (const { id, dependencies } of actions) for (const from of dependencies) pairs.push([from, id]);
      for (const [first, second] of pairs) expect(place.get(first)!).toBeLessThan(place.get(second)!);
    });
    await fc.assert(law, { numRuns: 200 });
  });
});
