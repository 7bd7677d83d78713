import { policyPlan, policyState } from "@car/conformance";
import type { PolicyFlow, PolicyPlan } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { denyFlow, maxCalls, rulePolicy, trustedOnly } from "../index.js";

const call = (id: string, tool: string, parameters: object = {}): object => ({
  id,
  type: "tool_call",
  tool,
  parameters,
});

describe("checkPlan", () => {
  it("[PO-69] [5.9] a rule that throws denies the actions that it sees, and is reported", () => {
    const told: string[] = [];
    const policy = rulePolicy(
      [denyFlow({ id: "flow", from: "x", to: "send" }), maxCalls({ id: "max", tool: "*", max: 1 })],
      {
        onRuleError: (_error, id) => {
          told.push(id);
          throw new Error("the report fails too");
        },
      },
    );
    const plan = policyPlan([call("a", "read"), call("b", "send")]);
    const flow = (): PolicyFlow => {
      throw new Error("secret");
    };
    expect(policy.checkPlan!(Object.create(plan, { flow: { value: flow } }) as PolicyPlan, policyState())).toEqual([
      { effect: "deny", policy_id: "max", message: "every tool may be called once in one session", action_ids: ["b"] },
      { effect: "deny", policy_id: "flow", message: "the rule failed", action_ids: ["b"] },
    ]);
    expect(told).toEqual(["flow"]);
  });

  it("[PO-67] a path into a parameter is about the parameter's labels, and too many branches are not trusted", () => {
    const policy = rulePolicy([
      denyFlow({ id: "flow", from: "x", to: { tool: "send", param: "to.*.name" } }),
      trustedOnly({ id: "only", tool: "send", param: "list.*.*" }),
    ]);
    const row = Array.from({ length: 400 }, () => 1);
    const parameters = { to: "literal", list: Array.from({ length: 400 }, () => row) };
    const found = policy.checkPlan!(
      policyPlan([call("s", "send", parameters)], { context: ["x"], seen: { "1": "request" } }),
      policyState(),
    );
    expect(found).toMatchObject([{ policy_id: "flow" }, { policy_id: "only" }]);
  });

  it("[PO-14] costs nothing for actions that no such rule sees", () => {
    const policy = rulePolicy([maxCalls({ tool: "send", max: 0 })]);
    const plan = policyPlan([call("a", "read")]);
    const scheduled = (): never => {
      throw new Error("asked");
    };
    expect(
      policy.checkPlan!(Object.create(plan, { scheduled: { value: scheduled } }) as PolicyPlan, policyState()),
    ).toEqual([]);
    expect("checkPlan" in rulePolicy([])).toBe(false);
  });
});
