import { describe, expect, it } from "vitest";
import { brief, call, findings, TOOLS, verifyActions, write } from "./testing/plans.js";
import { verify } from "./verify.js";

describe("what is left over", () => {
  it("[VA-39] [3.3] names an irreversible action that something aborting has to wait for, however far", async () => {
    const middle = call("b", { dependencies: ["a"], failure_behavior: "skip" });
    const actions = [call("a", { tool: "send" }), middle, call("c", { dependencies: ["b"] })];
    const { valid, issues } = await verifyActions(actions);
    expect([valid, brief(issues)]).toEqual([true, ["warning irreversible_before_abort a"]]);
    expect(issues[0]?.message).toContain("`c` comes after it");
  });

  it("[VA-39] [3.3] says nothing when what follows is tolerated, or only stands later in the list", async () => {
    const tolerated = call("b", { dependencies: ["a"], failure_behavior: "skip" });
    expect(await findings([call("a", { tool: "send" }), tolerated, call("c")])).toEqual([]);
  });

  it("[VA-39] [3.3] believes an action that says it is irreversible, and never one that says it is not", async () => {
    const after = { ...write("b", "k", 1), dependencies: ["a"] };
    const warning = ["warning irreversible_before_abort a"];
    expect(await findings([call("a", { reversibility: "irreversible" }), after])).toEqual(warning);
    expect(await findings([call("a", { tool: "send", reversibility: "reversible" }), after])).toEqual(warning);
    const { issues } = await verify({ actions: [call("a", { reversibility: "irreversible" }), after] });
    expect(brief(issues)).toContain(warning[0]);
  });
});

describe("compensations", () => {
  const compensated = (parameters: object, tool = "undo") => [
    call("a", { compensation: { type: "tool", tool, parameters } }),
  ];

  it("[VA-40] [5.2] finds tools and parameters of the proposer's compensation that are wrong", async () => {
    expect(await findings(compensated({}, "none"))).toEqual(["error unknown_tool a"]);
    expect(await findings(compensated({}))).toEqual(["error invalid a"]);
    expect(await findings(compensated({ id: "$output.id" }))).toEqual([]);
    const capabilities = { denied_tools: ["undo"] };
    expect(await findings(compensated({ id: 1 }), { capabilities })).toEqual(["error capability_denied a"]);
  });

  it("[VA-40] [5.2] does not look at it where the host has its own", async () => {
    const tools = [{ name: "t", reversibility: "compensable" as const, compensation: { tool: "undo" } }, TOOLS[1]!];
    expect(await findings(compensated({}, "none"), { tools })).toEqual([]);
  });

  it("[VA-40] [5.2] leaves actions that only compensate out of the order, and warns of what is wrong with them", async () => {
    const actions = [
      call("a", { compensation: { type: "action_ref", action_id: "b" } }),
      call("b", { tool: "none", parameters: {} }),
    ];
    const { valid, issues, execution_order } = await verifyActions(actions);
    expect([valid, brief(issues), execution_order]).toEqual([true, ["warning unknown_tool b"], ["a"]]);
  });
});

describe("budgets", () => {
  it("[VA-41] [5.7] warns of more calls or actions than the budget has, compensating ones left out", async () => {
    const actions = [
      call("a", { compensation: { type: "action_ref", action_id: "b" } }),
      call("b"),
      call("c"),
      write("d", "k", 1),
    ];
    const budget = { max_tool_calls: 2, max_actions: 3 };
    expect(await findings(actions, { budget })).toEqual([]);
    const { issues } = await verifyActions(actions, { budget: { max_tool_calls: 1, max_actions: 2 } });
    expect(brief(issues)).toEqual(["warning budget_exceeded", "warning budget_exceeded"]);
    expect(issues[0]?.message).toContain("2 tool calls do not fit into the budget of 1");
  });
});
