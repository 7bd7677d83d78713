import { policyRequest, policyState, testPolicyEngineBasics } from "@car/conformance";
import type { Decision, PolicyEngine } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { definePolicy, deny, denyTool, rulePolicy, trustedOnly, withShadow } from "../index.js";

const CALL = policyRequest({ tool: "shell" });
const EMPTY = policyState();

function answering(check: PolicyEngine["check"]): PolicyEngine {
  return { version: "x", supports: { rateLimits: false }, check };
}

testPolicyEngineBasics({ describe, it }, () => withShadow(rulePolicy([]), rulePolicy([denyTool("shell")])));

describe("withShadow", () => {
  it("[PO-110] [6.1] decides as the one policy and says what the other would have decided", async () => {
    const [strict, open] = [rulePolicy([denyTool("shell")]), rulePolicy([])];
    const denied = { effect: "deny", reasons: [{ policy_id: "deny_tool:shell" }] };
    expect(await withShadow(open, strict).check(CALL, EMPTY)).toMatchObject({
      effect: "allow",
      shadow: { ...denied, version: strict.version },
    });
    expect(await withShadow(strict, open).check(CALL, EMPTY)).toMatchObject({ ...denied, shadow: { effect: "allow" } });
    expect(withShadow(open, strict).version).toBe(open.version);
  });

  it.each<[string, PolicyEngine["check"]]>([
    ["throws", () => expect.unreachable()],
    ["answers later", () => Promise.resolve(deny("late", "no"))],
    ["rejects", () => Promise.reject(new Error("down"))],
    ["answers with what is no decision", () => ({ effect: "perhaps" }) as unknown as Decision],
    ["answers with nothing", () => undefined as unknown as Decision],
  ])("[PO-111] [5.9] one on trial that %s changes nothing and is not waited for", (_what, check) => {
    const decision = withShadow(rulePolicy([]), answering(check)).check(CALL, EMPTY);
    expect(decision).toMatchObject({ effect: "allow", shadow: { effect: "undecided" } });
  });

  it("[PO-111] tells the host what it threw", async () => {
    const thrown: unknown[] = [];
    const failing = answering(() => Promise.reject(new Error("down")));
    void withShadow(rulePolicy([]), failing, { onShadowError: (error) => thrown.push(error) }).check(CALL, EMPTY);
    await new Promise((resolve) => setImmediate(resolve));
    expect(thrown).toEqual([new Error("down")]);
  });

  it("[PO-112] keeps the promises and the other members of the policy that decides", async () => {
    const late = rulePolicy([definePolicy("late", async () => deny("late", "no"))]);
    const decision = withShadow(late, rulePolicy([])).check(CALL, EMPTY);
    expect(decision).toBeInstanceOf(Promise);
    expect(await decision).toMatchObject({ effect: "deny", shadow: { effect: "allow" } });
    const flowing = withShadow(rulePolicy([]), rulePolicy([trustedOnly({ tool: "pay", param: "to" })]));
    expect(flowing.supports.flow).toBe(true);
    expect(flowing.tools).toEqual([]);
  });
});
