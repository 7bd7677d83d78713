import { policyRequest, policyState, testPolicyEngineBasics } from "@car/conformance";
import { createRuntime } from "@car/engine";
import { ConfigInvalidError, type JsonObject } from "@car/ir";
import type { Decision } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { cedarPolicy } from "./cedar-policy.js";

const POLICIES = `
  permit (principal, action == Action::"tool_call", resource) when { [Tool::"read", Tool::"pay"].contains(resource) };
  @id("small")
  forbid (principal, action, resource == Tool::"pay") when { context.parameters.amount > 100 };
  @id("ask") @effect("require_approval") @reason("payments are looked at")
  permit (principal, action, resource == Tool::"pay");
  @id("open")
  forbid (principal, action, resource == Tool::"read") unless { context.state has open && context.state.open };
`;

function ask(tool: string, parameters: JsonObject = {}, state: JsonObject = { open: true }): Decision {
  const policy = cedarPolicy({ policies: POLICIES, stateKeys: ["open"] });
  return policy.check(policyRequest({ tool, parameters }), policyState(state)) as Decision;
}

testPolicyEngineBasics({ describe, it }, () => cedarPolicy({ policies: POLICIES, stateKeys: ["open"] }));

describe("cedarPolicy", () => {
  it("[PC-1] [6.1] allows what is permitted, denies what nothing permits or something forbids, and asks", () => {
    expect(ask("read")).toEqual({ effect: "allow", reasons: [] });
    expect(ask("shell")).toMatchObject({ effect: "deny", reasons: [{ policy_id: "default" }] });
    expect(ask("pay", { amount: 5 })).toEqual({
      effect: "require_approval",
      reasons: [{ policy_id: "ask", message: "payments are looked at" }],
    });
    expect(ask("pay", { amount: 101 })).toMatchObject({ effect: "deny", reasons: [{ policy_id: "small" }] });
  });

  it("[PC-2] [4.9] sees the trusted state under the keys that the host names, and has them locked", () => {
    expect(ask("read", {}, {})).toMatchObject({ effect: "deny", reasons: [{ policy_id: "open" }] });
    expect(ask("read", {}, { open: null })).toMatchObject({ effect: "deny" });
    const policy = cedarPolicy({ policies: POLICIES, stateKeys: ["open", "open"] });
    expect(policy.keysRead?.(policyRequest().action)).toEqual(["open"]);
  });

  it("[PC-3] [5.9] what cannot be evaluated is denied, naming the policy", () => {
    expect(ask("pay", {})).toMatchObject({
      effect: "deny",
      reasons: [{ policy_id: "small", message: "it could not be evaluated" }],
    });
    expect(ask("pay", { amount: "5" })).toMatchObject({ effect: "deny" });
  });

  it.each<[string, JsonObject]>([
    ["an entity", { amount: { __entity: { type: "Principal", id: "root" } } }],
    ["a call of a function", { amount: { __extn: { fn: "decimal", arg: "1.0" } } }],
    ["a number beyond four places", { amount: 0.12345 }],
    ["a number beyond 64 bits", { amount: 1e300 }],
    ["null in a list", { amount: [null] }],
    ["half of a surrogate pair", { amount: "\ud800" }],
  ])("[PC-4] [5.9] %s is denied, not guessed at", (_what, parameters) => {
    expect(ask("pay", parameters)).toMatchObject({ effect: "deny", reasons: [{ policy_id: "not_in_cedar" }] });
  });

  it("[PC-4] decimals, nested records and names like any other come through", () => {
    const policies = `permit (principal, action, resource) when {
      context.parameters.price.lessThan(decimal("1.5")) && context.parameters.deep["__proto__"].list.contains("x") };`;
    const parameters = JSON.parse('{"price":1.25,"none":null,"deep":{"__proto__":{"list":["x"]}}}') as JsonObject;
    expect(cedarPolicy({ policies }).check(policyRequest({ parameters }), policyState())).toMatchObject({
      effect: "allow",
    });
  });

  it.each<[string, string]>([
    ["no Cedar", "permit (principal"],
    ["a template", "permit (principal == ?principal, action, resource);"],
    ["an id twice", '@id("a") permit (principal, action, resource); @id("a") permit (principal, action, resource);'],
    ["an unknown effect", '@effect("maybe") permit (principal, action, resource);'],
    ["an effect on a forbid", '@effect("require_approval") forbid (principal, action, resource);'],
  ])("[PC-5] [6.2] %s stops the start", (_what, policies) => {
    expect(() => cedarPolicy({ policies })).toThrow(expect.objectContaining({ code: "CAR_POLICY_DOCUMENT_INVALID" }));
  });

  it("[PC-6] [6.4] with `labels` a policy sees where the parameters of a call came from", async () => {
    const policies = `permit (principal, action, resource);
      @id("outside") forbid (principal, action, resource == Tool::"pay") when { context.labels.contains("untrusted") };`;
    const runtime = createRuntime({
      policy: cedarPolicy({ policies, labels: true }),
      tools: [
        { schema: { name: "inbox", source_label: ["untrusted"], reversibility: "reversible" }, execute: () => "eve" },
        { schema: { name: "pay" }, execute: () => 1 },
      ],
    });
    const pay = { id: "b", type: "tool_call", tool: "pay", parameters: { to: "$a.output" } };
    const result = await runtime.execute({ actions: [{ id: "a", type: "tool_call", tool: "inbox" }, pay] });
    expect(result.results[1]).toMatchObject({ status: "rejected", reason: { policies: ["outside"] } });
    const free = await runtime.execute({ actions: [{ ...pay, parameters: { to: "ann" } }] });
    expect(free.status).toBe("committed");
  });

  it("[PC-7] [6.1] the version is that of the policies and of what they may look at", () => {
    const version = (options: object = {}): string => cedarPolicy({ policies: POLICIES, ...options }).version;
    expect(version()).toBe(version());
    expect(new Set([version(), version({ stateKeys: ["a"] }), version({ labels: true })]).size).toBe(3);
  });
});

describe("an option that nobody reads", () => {
  it.each([
    ["label", "labels"],
    ["stateKey", "stateKeys"],
  ])("[PC-8] such as `%s` is refused", (misspelt, nearest) => {
    expect(() => cedarPolicy({ policies: POLICIES, [misspelt]: true })).toThrow(
      new ConfigInvalidError(`\`cedarPolicy\` has no option \`${misspelt}\`; did you mean \`${nearest}\`?`),
    );
  });
});
