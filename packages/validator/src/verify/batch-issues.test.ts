import { describe, expect, it } from "vitest";
import { brief, call, decision, findings, policy, TOOLS, verifyActions, write } from "./testing/plans.js";
import { simulate, verify } from "./verify.js";

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
    expect(await findings(compensated({}), { capabilities })).toEqual(["error capability_denied a", "error invalid a"]);
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

describe("what refuses the proposal whole", () => {
  const wrong = [
    call("a", { tool: "none" }),
    call("b", { tool: "undo" }),
    call("c", { failure_behavior: "skip", tool: "undo" }),
    write("d", "k", 1),
  ];

  it("[VA-46] [2.1] is told once, with the tier of what is certain, and the rest is told all the same", async () => {
    const { issues, execution_order, simulated_state } = await verifyActions(wrong);
    expect(brief(issues)).toEqual(["error unknown_tool a", "error invalid b", "error invalid c"]);
    expect(issues.every(({ tier }) => tier === "decision_procedure")).toBe(true);
    expect([execution_order, Object.keys(simulated_state)]).toEqual([["a", "b", "c", "d"], ["k"]]);
  });

  it("[VA-46] [3.5] leaves a simulation nothing to do, unless the action may not abort", async () => {
    const options = { tools: TOOLS };
    const refused = await simulate({ actions: wrong }, options);
    expect([brief(refused.issues), refused.results]).toEqual([["error unknown_tool a", "error invalid b"], []]);
    const { issues, results } = await simulate({ actions: wrong.slice(2) }, options);
    expect([issues, results.map(({ verdict }) => verdict)]).toEqual([[], ["would_fail", "would_run"]]);
  });

  it("[VA-46] [5.2] puts the proposer's compensations to the policy", async () => {
    const actions = [call("a", { compensation: { type: "tool", tool: "undo", parameters: { id: 1 } } }), call("b")];
    const denying = policy(({ action }) => decision((action as { tool?: string }).tool === "undo" ? "deny" : "allow"));
    const { issues } = await verifyActions(actions, { policy: denying });
    expect(issues).toMatchObject([{ action_id: "a", severity: "error", message: "compensation: p: because" }]);
    const broken = policy(({ action }) =>
      (action as { tool?: string }).tool === "undo" ? undefined : decision("allow"),
    );
    expect(await findings(actions, { policy: broken })).toEqual(["error policy_denied a"]);
    const asking = policy(() => decision("require_approval"));
    expect(await findings(actions, { policy: asking })).toEqual([
      "info approval_required a",
      "info approval_required b",
    ]);
  });
});
