import { policyRequest, policyState } from "@car/conformance";
import { Action } from "@car/ir";
import { ALLOW } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { allow, askApproval, definePolicy, deny, denyTool, rateLimitTool, rulePolicy } from "../index.js";
import type { EvaluateRule } from "./function-rule.js";

const CALL = policyRequest();
const READ = policyRequest({ action: Action.parse({ id: "r", type: "state_read", parameters: { key: "k" } }) });

/** What an engine of this one rule says. */
const ask = async (evaluate: EvaluateRule): Promise<unknown> =>
  rulePolicy([definePolicy("mine", evaluate)]).check(CALL, policyState({ k: 1 }));

const failed = { effect: "deny", reasons: [{ policy_id: "mine", message: "the rule failed" }] };

describe("definePolicy", () => {
  it("[PO-32] [6.2] decides with the request and the state at hand, or has no opinion", async () => {
    const seen: unknown[] = [];
    const decision = await ask((request, state) => {
      seen.push(request, state.get("k"));
      return deny("other", "no");
    });
    expect(decision).toEqual({ effect: "deny", reasons: [{ policy_id: "other", message: "no" }] });
    expect(seen).toEqual([CALL, 1]);
    expect(await ask(() => undefined)).toBe(ALLOW);
    expect(await ask(() => allow())).toBe(ALLOW);
    expect(await ask(async () => askApproval("mine", "may I?"))).toMatchObject({ effect: "require_approval" });
  });

  it("[PO-32] sees actions of every type, unless it names tools", () => {
    const no: EvaluateRule = () => deny("mine", "no");
    const everywhere = rulePolicy([definePolicy("mine", no)]);
    const there = rulePolicy([definePolicy("mine", no, { tools: ["to*"] })]);
    expect(everywhere.check(READ, policyState())).toMatchObject({ effect: "deny" });
    expect(there.check(READ, policyState())).toBe(ALLOW);
    expect(there.check(CALL, policyState())).toMatchObject({ effect: "deny" });
  });

  it("[PO-5] [6.1] what it throws is a denial that names it and quotes nothing", async () => {
    const thrown: EvaluateRule[] = [
      () => {
        throw new Error("the password is hush");
      },
      async () => {
        throw new Error("the password is hush");
      },
      () => Promise.reject("hush"),
      () => {
        throw null;
      },
    ];
    for (const evaluate of thrown) expect(await ask(evaluate)).toEqual(failed);
  });

  it("[PO-5] what it throws reaches the host, and a host that throws as well changes nothing", async () => {
    const told: unknown[] = [];
    const cause = new Error("disk full");
    const rules = [definePolicy("mine", () => Promise.reject(cause)), definePolicy("also", () => thrower(cause))];
    const engine = rulePolicy(rules, { onRuleError: (error, id) => thrower(told.push([error, id])) });
    const decision = await engine.check(CALL, policyState());
    expect(decision.reasons.map(({ policy_id }) => policy_id)).toEqual(["mine", "also"]);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual([cause, "mine"]);
  });

  it("[PO-3] [6.1] a rule that fails hides none of the others", async () => {
    const engine = rulePolicy([definePolicy("mine", () => Promise.reject(new Error("x"))), denyTool("tool")]);
    const { reasons } = await engine.check(CALL, policyState());
    expect(reasons.map(({ policy_id }) => policy_id)).toEqual(["mine", "deny_tool:tool"]);
  });

  it.each([null, true, "allow", {}, { effect: "maybe", reasons: [] }, { effect: 1 }, []])(
    "[PO-33] an answer that is no decision denies: %j",
    async (answer) => {
      for (const evaluate of [() => answer as never, async () => answer as never]) {
        expect(await ask(evaluate)).toMatchObject({ effect: "deny", reasons: [{ policy_id: "mine" }] });
      }
    },
  );

  it("[PO-33] a decision without usable reasons gets one", async () => {
    const reasons = [{ policy_id: "mine", message: "no reason was given" }];
    expect(await ask(() => ({ effect: "deny", reasons: [] }))).toEqual({ effect: "deny", reasons });
    const odd = { effect: "require_approval", reasons: [{ policy_id: 1 }, "why"] } as never;
    expect(await ask(() => odd)).toEqual({ effect: "require_approval", reasons });
  });

  it("[PO-29] two late decisions do not share the last slot", async () => {
    const engine = rulePolicy([
      rateLimitTool({ tool: "tool", maxCalls: 1, intervalMs: 100 }),
      definePolicy("late", async () => undefined),
    ]);
    const decisions = await Promise.all([engine.check(CALL, policyState()), engine.check(CALL, policyState())]);
    expect(decisions.map(({ effect }) => effect)).toEqual(["allow", "deny"]);
  });
});

function thrower(error: unknown): never {
  throw error;
}
