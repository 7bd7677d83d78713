import { describe, expect, it } from "vitest";
import { errandSlot } from "../run/board.js";
import { call, tool } from "../testing/fixtures.js";
import { type HandMade, handMadeRun } from "../testing/hand-made-run.js";
import { PROCEED } from "./gate.js";
import { reserveBudget } from "./reserve-budget.js";

const tools = [
  tool("read", () => 1, { reversibility: "reversible" }),
  tool("pay", () => 1),
  { ...tool("ask", () => 1, { reversibility: "reversible" }), reserve: { usd: 2 } },
];

function withBudget(budget: HandMade["budget"], actions: HandMade["actions"]) {
  return handMadeRun({ tools, actions, ...(budget && { budget }) });
}

const exceeded = (limit: string) => ({ status: "skipped", reason: { code: "budget_exceeded", limit } });

describe("the gate `budget`", () => {
  it("[5.7] without a budget reserves nothing", () => {
    const { run, slot } = withBudget(undefined, [call("a", "read")]);
    expect(reserveBudget(run, slot("a"))).toBe(PROCEED);
    expect(slot("a").notes?.charge).toBeUndefined();
  });

  it.each([
    ["max_tool_calls", { max_tool_calls: 1 }, "read"],
    ["max_actions", { max_actions: 1 }, "read"],
    ["usd", { counters: { usd: 3 } }, "ask"],
  ])("[5.7] lets through what fits, and never more: %s", (limit, budget, name) => {
    const { run, slot } = withBudget(budget, [call("a", name), call("b", name)]);
    expect(reserveBudget(run, slot("a"))).toBe(PROCEED);
    expect(reserveBudget(run, slot("b"))).toMatchObject(exceeded(limit));
    expect(slot("b").notes?.charge).toBeUndefined();
  });

  it("[5.7] an action on the state is an action and no call", () => {
    const read = { id: "r", type: "state_read", parameters: { key: "k" } } as const;
    const { run, slot } = withBudget({ max_tool_calls: 0, max_actions: 1 }, [read, call("a", "read")]);
    expect(reserveBudget(run, slot("r"))).toBe(PROCEED);
    expect(slot("r").notes?.charge).toMatchObject({ toolCalls: 0, actions: 1 });
    expect(reserveBudget(run, slot("a"))).toMatchObject(exceeded("max_tool_calls"));
  });

  it("[5.7] before the first call that cannot be undone holds the budget against the rest", () => {
    const actions = [call("p", "pay"), call("a", "read"), call("b", "read")];
    const { run, slot } = withBudget({ max_tool_calls: 2 }, actions);
    expect(reserveBudget(run, slot("p"))).toMatchObject(exceeded("max_tool_calls"));
    const enough = withBudget({ max_tool_calls: 3 }, actions);
    expect(reserveBudget(enough.run, enough.slot("p"))).toBe(PROCEED);
    const optional = [call("p", "pay"), call("a", "read", { failure_behavior: "skip" })];
    const tight = withBudget({ max_tool_calls: 1 }, optional);
    expect(reserveBudget(tight.run, tight.slot("p"))).toBe(PROCEED);
  });

  it("[EN-124] [5.7] a compensation by the model is paid for like a call, and the rest of the plan has no part in it", () => {
    const { run, slot } = withBudget({ max_tool_calls: 1 }, [call("a", "read"), call("p", "pay")]);
    const undoing = {
      kind: "compensation" as const,
      isByModel: true,
      started: () => undefined,
      ended: () => undefined,
    };
    const { action, tool: pay } = slot("p");
    const undo = errandSlot(0, action, pay, undoing);
    expect(reserveBudget(run, undo)).toBe(PROCEED);
    expect(reserveBudget(run, errandSlot(0, action, pay, undoing))).toMatchObject(exceeded("max_tool_calls"));
  });
});
