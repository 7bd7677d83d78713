import { Action, type JsonObject } from "@car/ir";
import { assertEqual } from "../assert.js";
import { policyRequest, policyState } from "../policy/policy-request.js";
import type { TestRunner } from "../test-runner.js";
import { effectOf, engineOf, type PolicyFactory } from "./test-policy-engine-tools.js";

const NEEDS: JsonObject = { type: "require_state", key: "approved", value: true };
const CLAIMED = policyState({ approved: false }, { approved: true });

/** PO-25, PO-27 and PO-11: rules that read the state. */
export function testPolicyStateRules(it: TestRunner["it"], create: PolicyFactory): void {
  testRequirements(it, create);
  testTrust(it, create);
  testKeysRead(it, create);
}

function testRequirements(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-25] [6.2] require_state denies calls unless the key has the value", async () => {
    const engine = await engineOf(create, [{ ...NEEDS, value: { a: [1] } }]);
    assertEqual(await effectOf(engine, {}, policyState({ approved: { a: [1] } })), "allow");
    assertEqual(await effectOf(engine, {}, policyState({ approved: { a: [2] } })), "deny");
    assertEqual(await effectOf(engine, {}), "deny");
  });

  it("[PO-25] [6.2] require_state without a value wants the key to be there; null is", async () => {
    const engine = await engineOf(create, [{ type: "require_state", key: "approved" }]);
    assertEqual(await effectOf(engine, {}, policyState({ approved: null })), "allow");
    assertEqual(await effectOf(engine, {}), "deny");
    const wantsNull = await engineOf(create, [{ ...NEEDS, value: null }]);
    assertEqual(await effectOf(wantsNull, {}, policyState({ approved: null })), "allow");
    assertEqual(await effectOf(wantsNull, {}), "deny");
  });

  it("[PO-25] [6.2] require_state is about tool calls: all of them, or those of its tools", async () => {
    const write = Action.parse({ id: "w", type: "state_write", parameters: { key: "approved", value: true } });
    assertEqual(await effectOf(await engineOf(create, [NEEDS]), { action: write }), "allow");
    const engine = await engineOf(create, [{ ...NEEDS, tools: ["deploy", "send*"] }]);
    assertEqual(await effectOf(engine, { tool: "deploy" }), "deny");
    assertEqual(await effectOf(engine, { tool: "send_mail" }), "deny");
    assertEqual(await effectOf(engine, { tool: "read" }), "allow");
  });
}

function testTrust(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-27] [4.9] a value that a model wrote counts for nothing, unless the rule says so", async () => {
    assertEqual(await effectOf(await engineOf(create, [NEEDS]), {}, CLAIMED), "deny");
    const trusting = await engineOf(create, [{ ...NEEDS, trust: "model" }]);
    assertEqual(await effectOf(trusting, {}, CLAIMED), "allow");
  });

  it("[PO-27] [4.9] a condition of require_approval sees the trusted value too", async () => {
    const ask = (condition: JsonObject): JsonObject => ({ type: "require_approval", tool: "tool", when: [condition] });
    const careful = await engineOf(create, [ask({ state: "approved", equals: false })]);
    assertEqual(await effectOf(careful, {}, CLAIMED), "require_approval");
    const trusting = await engineOf(create, [ask({ state: "approved", equals: false, trust: "model" })]);
    assertEqual(await effectOf(trusting, {}, CLAIMED), "allow");
    const presence = await engineOf(create, [ask({ state: "approved" })]);
    assertEqual(await effectOf(presence, {}, policyState({}, { approved: true })), "allow");
  });
}

function testKeysRead(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-11] [5.1] an engine names the keys that its rules read to decide on an action", async () => {
    const engine = await engineOf(create, [
      { ...NEEDS, tools: ["deploy"] },
      { ...NEEDS, id: "again", tools: ["deploy"] },
      { type: "require_approval", tool: "de*", when: [{ state: "frozen" }, { param: "p", equals: 1 }] },
      { type: "require_state", key: "other", tools: ["send"] },
    ]);
    const keysOf = (tool: string): readonly string[] => engine.keysRead?.(policyRequest({ tool }).action) ?? [];
    assertEqual([...keysOf("deploy")].sort(), ["approved", "frozen"]);
    assertEqual(keysOf("read"), []);
  });
}
