import type { PlanFinding, PolicyEngine } from "@car/ir/ports";
import { ALLOW } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { simulate, verify } from "./verify.js";

function engine(found: () => readonly PlanFinding[]): PolicyEngine {
  return { version: "1", supports: { rateLimits: false }, check: () => ALLOW, checkPlan: found };
}

const actions = [
  { id: "a", type: "tool_call" as const, tool: "t" },
  { id: "b", type: "tool_call" as const, tool: "t", parameters: { x: "$a.output" } },
];

describe("verify", () => {
  it("[VA-45] [6.3] tells what the policy says about the plan, action by action", async () => {
    const found: PlanFinding[] = [
      { effect: "deny", policy_id: "two", message: "no", action_ids: ["a", "b"] },
      { effect: "require_approval", policy_id: "ask", message: "first", action_ids: ["b"] },
      { effect: "deny", policy_id: "whole", message: "at all", action_ids: [] },
    ];
    const report = await verify({ actions }, { policy: engine(() => found) });
    expect(report.valid).toBe(false);
    const tier = "decision_procedure";
    expect(report.issues.filter(({ code }) => code !== "undecided")).toEqual([
      { action_id: "a", severity: "error", code: "policy_denied", message: "two: no", tier },
      { action_id: "b", severity: "error", code: "policy_denied", message: "two: no", tier },
      { action_id: "b", severity: "info", code: "approval_required", message: "ask: first", tier },
      { severity: "error", code: "policy_denied", message: "whole: at all", tier },
    ]);
    expect((await simulate({ actions }, { policy: engine(() => found) })).results).toEqual([]);
  });

  it("[VA-45] [6.4] shows the policy labels and calls only if it looks at them", async () => {
    const seen: unknown[] = [];
    const tools = [{ name: "t", source_label: "web" }];
    for (const flow of [false, true]) {
      const policies: PolicyEngine = {
        ...engine(() => []),
        supports: { rateLimits: false, flow, history: flow },
        checkPlan: (plan) => (seen.push([plan.flow(1)?.labels("x"), plan.history?.calls("t"), plan.mode]), []),
      };
      await verify({ actions }, { policy: policies, tools });
    }
    expect(seen).toEqual([
      [undefined, undefined, "verify"],
      [["web"], 0, "verify"],
    ]);
  });

  it("[VA-45] [5.9] takes a policy that throws for one that denies", async () => {
    const policies = engine(() => {
      throw new Error("secret");
    });
    const { valid, issues } = await verify({ actions }, { policy: policies });
    expect(valid).toBe(false);
    expect(issues.map(({ code }) => code)).toContain("policy_denied");
    expect(JSON.stringify(issues)).not.toContain("secret");
  });
});
