import { policyPlan, policyRequest, policyState } from "@car/conformance";
import { anyPolicyCase } from "@car/conformance/internal";
import type { Action, JsonObject } from "@car/ir";
import type { Decision } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowTool, definePolicy, deny, denyKeyword, denyTool, denyToolParam, requireState } from "../index.js";
import type { PolicyDocument } from "../document/policy-document.js";
import { type PolicyRule } from "../rules/compile-rule.js";
import { rulePolicy } from "../rule-policy.js";

const read = { id: "r", type: "state_read", parameters: { key: "k" } };

/** What a policy says of one action before anything runs: the rules that deny it. */
function denials(rules: readonly PolicyRule[] | PolicyDocument, action: object): readonly string[] {
  const engine = rulePolicy(rules);
  const found = engine.checkPlan?.(policyPlan([read, action]), policyState()) ?? [];
  if (found instanceof Promise) throw new Error("a value was expected");
  expect(found.every(({ effect }) => effect === "deny")).toBe(true);
  return found.filter(({ action_ids }) => action_ids.includes("a")).map(({ policy_id }) => policy_id);
}

const send = (parameters: object, more: object = {}): object => ({
  id: "a",
  type: "tool_call",
  tool: "send",
  parameters,
  ...more,
});

const byAction = new Set(["deny_tool", "deny_tool_param", "allow_tool_param", "deny_keyword"]);

describe("denials that are certain before anything runs", () => {
  it("[PO-88] [2.1] hold whatever the references lead to and the state is", () => {
    const law = fc.property(
      anyPolicyCase,
      fc.array(fc.constantFrom("a", "b", "0")),
      ({ document, questions }, open) => {
        for (const question of questions) {
          const { action, parameters } = policyRequest(question);
          const written: Record<string, unknown> = { ...parameters };
          for (const name of open) if (action.type === "tool_call" && name in written) written[name] = "$r.output";
          const found = denials(document as unknown as PolicyDocument, { ...action, id: "a", parameters: written });
          const engine = rulePolicy(document as unknown as PolicyDocument);
          const request = { action: { ...action, parameters } as Action, parameters, mode: "verify" as const };
          const answer = engine.check({ ...policyRequest(question), ...request }, policyState()) as Decision;
          const reasons = answer.reasons.map(({ policy_id }) => policy_id);
          if (found.length > 0) expect(answer.effect).toBe("deny");
          expect(reasons).toEqual(expect.arrayContaining([...found]));
        }
      },
    );
    fc.assert(law, { numRuns: 500 });
  });

  it("[PO-88] [2.1] are all that the rules about literal parameters deny", () => {
    const law = fc.property(anyPolicyCase, ({ document, questions }) => {
      const rules = document.rules as readonly (JsonObject & { readonly id: string; readonly type: string })[];
      const known = { ...document, default: "allow", rules: rules.filter(({ type }) => byAction.has(type)) };
      for (const question of questions) {
        const { action, parameters } = policyRequest(question);
        const found = denials(known as unknown as PolicyDocument, { ...action, id: "a", parameters });
        const answer = rulePolicy(known as unknown as PolicyDocument).check(policyRequest(question), policyState());
        const { effect, reasons } = answer as Decision;
        expect(found).toEqual(effect === "deny" ? reasons.map(({ policy_id }) => policy_id) : []);
      }
    });
    fc.assert(law, { numRuns: 300 });
  });

  it("[PO-88] [6.2] come from what is written out beside a reference", () => {
    const rules = [denyKeyword("rm -rf"), denyToolParam({ tool: "send", param: "to.host", equals: "evil" })];
    expect(denials(rules, send({ to: { host: "evil" }, body: "$r.output" }))).toEqual(["deny_tool_param:send.to.host"]);
    expect(denials(rules, send({ to: "$r.output", body: "rm -rf /" }))).toEqual(["deny_keyword"]);
    expect(denials(rules, send({ to: { host: "$r.output" }, body: "${r.output} ok" }))).toEqual([]);
    expect(denials([denyKeyword("r.output")], send({ to: "$r.output" }))).toEqual([]);
    const must = denyToolParam({ id: "must", tool: "send", param: "to", present: false });
    expect([denials([must], send({ to: "$r.output" })), denials([must], send({}))]).toEqual([[], ["must"]]);
    expect(denials([must], send({ $ref: "r.output" }))).toEqual([]);
  });

  it("[PO-88] [3.5] are not told of an action that may not abort, nor of one that only undoes", () => {
    const tolerated = send({}, { failure_behavior: "skip" });
    expect([denials([denyTool("send")], tolerated), denials([denyTool("send")], send({}))]).toEqual([
      [],
      ["deny_tool:send"],
    ]);
    const undone = { ...send({}), id: "u", compensation: { type: "action_ref", action_id: "a" } };
    const plan = policyPlan([{ ...undone, tool: "other" }, send({})]);
    expect(rulePolicy([denyTool("send")]).checkPlan!(plan, policyState())).toEqual([]);
  });

  it("[PO-88] do not come from rules in code, nor from what looks at the state", () => {
    const code = definePolicy("mine", () => deny("mine", "no"));
    expect(denials([code, requireState({ key: "k" })], send({}))).toEqual([]);
    expect("checkPlan" in rulePolicy([code])).toBe(false);
  });

  it("[PO-88] come from the default when no rule can allow the action", () => {
    const defaultEffect = "deny";
    const under = (rules: readonly PolicyRule[]) => {
      const found = rulePolicy(rules, { defaultEffect }).checkPlan!(policyPlan([read, send({})]), policyState());
      return (found as readonly { readonly action_ids: readonly string[] }[]).map(({ action_ids }) =>
        action_ids.join(),
      );
    };
    expect(under([])).toEqual(["r", "a"]);
    expect(under([allowTool("send")])).toEqual(["r"]);
    expect(under([definePolicy("mine", () => undefined)])).toEqual([]);
  });
});
