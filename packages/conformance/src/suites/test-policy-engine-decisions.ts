import type { JsonObject } from "@car/ir";
import fc from "fast-check";
import { assertEqual, AssertionError } from "../assert.js";
import { anyPolicyCase } from "../policy/any-policy.js";
import { policyRequest, policyState } from "../policy/policy-request.js";
import { referencePolicy } from "../policy/reference-policy.js";
import type { TestRunner } from "../test-runner.js";
import { ask, effectOf, engineOf, idsOf, type PolicyFactory } from "./test-policy-engine-tools.js";

const DENY: JsonObject = { type: "deny_tool", id: "d1", tool: "tool" };
const DENY_TOO: JsonObject = { type: "deny_tool_param", id: "d2", tool: "tool", param: "p", present: true };
const APPROVE: JsonObject = { type: "require_approval", id: "a1", tool: "tool" };
const APPROVE_TOO: JsonObject = { type: "require_approval", id: "a2", tool: "to*" };
const ALLOW: JsonObject = { type: "allow_tool", id: "l1", tool: "tool" };
const CALL = { parameters: { p: 1 } };

/** PO-1 to PO-9: how the answers of rules become one decision. */
export function testPolicyDecisions(it: TestRunner["it"], create: PolicyFactory): void {
  testCombination(it, create);
  testDefault(it, create);
  testWholePolicies(it, create);
}

function testCombination(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-2] [6.1] a denial overrides a request for approval, which overrides an allowance", async () => {
    const denied = await engineOf(create, [ALLOW, APPROVE, DENY]);
    assertEqual(await effectOf(denied, CALL), "deny");
    const asked = await engineOf(create, [ALLOW, APPROVE]);
    assertEqual(await effectOf(asked, CALL), "require_approval");
    const allowed = await engineOf(create, [ALLOW]);
    assertEqual(await effectOf(allowed, CALL), "allow");
  });

  it("[PO-3] [6.1] every violation is reported, in the order of the rules", async () => {
    const denied = await ask(await engineOf(create, [DENY_TOO, APPROVE, DENY]), CALL);
    assertEqual(idsOf(denied), ["d2", "d1"]);
    const asked = await ask(await engineOf(create, [APPROVE_TOO, ALLOW, APPROVE]), CALL);
    assertEqual(idsOf(asked), ["a2", "a1"]);
  });

  it("[PO-5] [6.1] a rule that fails denies: a state that cannot be read lets nothing through", async () => {
    const broken = {
      get: () => {
        throw new Error("the secret value is 42");
      },
    };
    const rule = { type: "require_state", id: "needs", key: "k", value: true };
    const decision = await ask(await engineOf(create, [rule]), {}, broken);
    assertEqual([decision.effect, idsOf(decision)], ["deny", ["needs"]]);
    if (JSON.stringify(decision).includes("42")) throw new AssertionError("the decision quotes the exception");
  });

  it("[PO-8] [6.2] no reason quotes what was found", async () => {
    const found = { equals: "hush", contains: "hush", starts_with: "hush", matches: "hu.h", one_of: ["hush"] };
    const rules = Object.entries(found).map(([operator, operand]) => {
      return { type: "deny_tool_param", tool: "tool", param: "p", [operator]: operand };
    });
    const engine = await engineOf(create, [...rules, { type: "deny_keyword", keywords: ["hush"] }]);
    const decision = await ask(engine, { parameters: { p: "hush" } });
    assertEqual(decision.reasons.length, rules.length + 1, "number of reasons");
    if (JSON.stringify(decision).includes("hush")) throw new AssertionError("a reason quotes the text");
  });
}

function testDefault(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-1] [6.1] with no rules every action is allowed, and under a default of deny none is", async () => {
    const open = await engineOf(create, []);
    assertEqual(await ask(open, CALL), { effect: "allow", reasons: [] });
    const shut = await ask(await engineOf(create, [], "deny"), CALL);
    assertEqual([shut.effect, idsOf(shut)], ["deny", ["default"]]);
  });

  it("[PO-9] [6.1] under a default of deny only what a rule allows goes through", async () => {
    const onlyP = { type: "allow_tool_param", tool: "other", param: "p", equals: 1 };
    const engine = await engineOf(create, [ALLOW, onlyP, { type: "require_approval", tool: "asked" }], "deny");
    assertEqual(await effectOf(engine, CALL), "allow");
    assertEqual(await effectOf(engine, { tool: "other", parameters: { p: 1 } }), "allow");
    assertEqual(await effectOf(engine, { tool: "other", parameters: { p: 2 } }), "deny");
    assertEqual(await effectOf(engine, { tool: "asked" }), "require_approval");
    assertEqual(await effectOf(engine, { tool: "third" }), "deny");
  });

  it("[PO-9] [6.1] a condition that holds is no allowance", async () => {
    const engine = await engineOf(create, [{ type: "require_state", key: "k" }], "deny");
    assertEqual(await effectOf(engine, {}, policyState({ k: 1 })), "deny");
  });
}

function testWholePolicies(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-4] [6.1] the effect does not depend on the order of the rules", () =>
    fc.assert(
      fc.asyncProperty(anyPolicyCase, async ({ document, questions, state }) => {
        const forwards = await create(document);
        const backwards = await create({ ...document, rules: [...document.rules].reverse() });
        for (const question of questions) {
          const request = policyRequest(question);
          const [one, other] = [await forwards.check(request, state), await backwards.check(request, state)];
          assertEqual([other.effect, [...idsOf(other)].sort()], [one.effect, [...idsOf(one)].sort()]);
        }
      }),
      { numRuns: 50 },
    ));

  it("[PO-13] [6.2] any policy decides as the slow reading of its document does", () =>
    fc.assert(
      fc.asyncProperty(anyPolicyCase, async ({ document, questions, state }) => {
        const engine = await create(document);
        const reference = referencePolicy(document);
        for (const question of questions) {
          const request = policyRequest(question);
          const [given, expected] = [await engine.check(request, state), await reference.check(request, state)];
          assertEqual([given.effect, idsOf(given)], [expected.effect, idsOf(expected)]);
        }
      }),
      { numRuns: 200 },
    ));
}
