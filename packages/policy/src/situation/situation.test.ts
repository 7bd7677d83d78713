import { PolicyDocumentInvalidError } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePolicyDocument } from "../document/parse-policy-document.js";
import {
  definePolicy,
  denyFlow,
  denyTool,
  endorse,
  maxCalls,
  mustPrecede,
  neverAfter,
  neverTogether,
  type PolicyRule,
  rateLimitTool,
  requireState,
  separationOfDuties,
  trustedOnly,
} from "../index.js";
import { explainDecision } from "./explain-decision.js";
import { parsePolicyCases } from "./policy-cases.js";
import { PolicySituation } from "./policy-situation.js";
import { testPolicy } from "./test-policy.js";

function situation(input: object): PolicySituation {
  return PolicySituation.parse(input);
}

async function effect(rules: readonly PolicyRule[], input: object): Promise<string> {
  return (await explainDecision(rules, situation(input))).decision.effect;
}

const call = (tool: string, parameters: object = {}): object => ({ action: { tool, parameters } });

describe("explainDecision", () => {
  it("[PO-100] tells what each rule says that sees the action, in the order of the policy, and what would help", async () => {
    const rules = [
      denyTool("x"),
      rateLimitTool({ tool: "a", maxCalls: 9, intervalMs: 1 }),
      requireState({ key: "ok" }),
    ];
    const { decision, rules: said, remedies } = await explainDecision(rules, situation(call("a")));
    expect(decision.effect).toBe("deny");
    expect(said.map(({ rule, effect: given }) => [rule, given])).toEqual([
      ["rate_limit_tool:a", "none"],
      ["require_state:ok", "deny"],
    ]);
    expect(remedies).toEqual(["require_state:ok: the state has a value at `ok` that the host or a tool wrote"]);
  });

  it("[PO-100] a rule that throws denies here as it does there, and a promise is waited for", async () => {
    const fails = definePolicy("broken", () => {
      throw new Error("no");
    });
    expect(await effect([fails], call("a"))).toBe("deny");
    expect(await effect([definePolicy("slow", () => Promise.resolve(undefined))], call("a"))).toBe("allow");
  });

  it("[PO-101] history, labels, sources, state and batch mean to rules what they mean in a run", async () => {
    const table: [PolicyRule, object, string, object, string][] = [
      [
        maxCalls({ tool: "a", max: 2 }),
        { history: [{ tool: "a", times: 2 }] },
        "deny",
        { history: [{ tool: "a" }] },
        "allow",
      ],
      [maxCalls({ tool: "a", max: 2, per: "proposal" }), { batch: 3 }, "deny", { batch: 2 }, "allow"],
      [
        rateLimitTool({ tool: "a", maxCalls: 1, intervalMs: 5 }),
        { history: [{ tool: "a" }] },
        "deny",
        { history: [{ tool: "b" }] },
        "allow",
      ],
      [
        mustPrecede({ first: "b", then: "a" }),
        { history: [{ tool: "b", succeeded: false }] },
        "deny",
        { history: [{ tool: "b" }] },
        "allow",
      ],
      [neverAfter({ first: "b", then: "a" }), { history: [{ tool: "b" }] }, "deny", {}, "allow"],
      [
        neverTogether({ tools: ["a", "b"] }),
        { history: [{ tool: "b" }] },
        "deny",
        { history: [{ tool: "a" }] },
        "allow",
      ],
      [
        separationOfDuties({ tools: ["a", "b"], param: "p" }),
        { history: [{ tool: "b", parameters: { p: 1 } }] },
        "deny",
        { history: [{ tool: "b", parameters: { p: 2 } }] },
        "allow",
      ],
      [
        denyFlow({ from: "bad", to: { tool: "a", param: "p" } }),
        { labels: { params: { p: ["bad"] } } },
        "deny",
        { labels: { params: { q: ["bad"] } } },
        "allow",
      ],
      [
        denyFlow({ from: "bad", to: "sinks" }),
        { sink: true, labels: { params: { p: ["bad"] } } },
        "deny",
        { labels: { params: { p: ["bad"] } } },
        "allow",
      ],
      [trustedOnly({ tool: "a", param: "p" }), {}, "deny", { sources: { p: "request" } }, "allow"],
      [trustedOnly({ tool: "a", param: "p", after: "bad" }), { labels: { context: ["bad"] } }, "deny", {}, "allow"],
      [requireState({ key: "k", trust: "model" }), {}, "deny", { model_state: { k: 1 } }, "allow"],
      [requireState({ key: "k" }), { model_state: { k: 1 } }, "deny", { state: { k: 1 } }, "allow"],
    ];
    for (const [rule, bad, denied, good, allowed] of table) {
      const asked = { action: { tool: "a", parameters: { p: 1, q: 2 } } };
      expect([rule.type, await effect([rule], { ...asked, ...bad })]).toEqual([rule.type, denied]);
      expect([rule.type, await effect([rule], { ...asked, ...good })]).toEqual([rule.type, allowed]);
    }
  });

  it("[PO-101] a tool that `endorse` names takes its labels off", async () => {
    const rules = [denyFlow({ from: "bad", to: "a" }), endorse({ tool: "scan", removes: "bad" })];
    const via = (tool: string): object => ({
      ...call("a", { p: 1 }),
      labels: { params: { p: [{ label: "bad", via: tool }] } },
    });
    expect([await effect(rules, via("scan")), await effect(rules, via("other"))]).toEqual(["allow", "deny"]);
  });
});

describe("cases", () => {
  const policy = [denyTool("shell")];

  it("[PO-102] a case passes when the effect, and the rules if they are named, are as expected", async () => {
    const cases = parsePolicyCases(
      `version: 1
cases:
  - { name: one, action: { tool: shell }, expect: deny, rules: ["deny_tool:shell"] }
  - { name: two, action: { tool: ls }, expect: deny }
  - { name: three, action: { tool: shell }, expect: deny, rules: [typo] }
  - { name: four, action: { type: state_write, parameters: { key: k, value: 1 } }, expect: allow, rules: [] }
`,
      { format: "yaml" },
    );
    const outcomes = await testPolicy(policy, cases);
    expect(outcomes.map(({ name, failures }) => [name, failures])).toEqual([
      ["one", []],
      ["two", ["expected deny, got allow"]],
      ["three", ["the policy has no rule `typo`", "rule `deny_tool:shell` decided it as well"]],
      ["four", []],
    ]);
  });

  it("[PO-103] a file of cases that is not valid is refused with every problem and its line", () => {
    const text = `version: 1
cases:
  - name: one
    action: { tool: a, paramters: {} }
    expect: allowed
`;
    const read = (): unknown => parsePolicyCases(text, { format: "yaml", file: "cases.yaml" });
    expect(read).toThrow(PolicyDocumentInvalidError);
    expect(read).toThrow(/cases.yaml:4:24: cases\[0\].action.paramters: unknown field/);
    expect(read).toThrow(/cases.yaml:5:\d+: cases\[0\].expect/);
  });

  it("[PO-103] any text gives cases or the one error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parsePolicyCases(text, { format: "yaml" });
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyDocumentInvalidError);
        }
      }),
    );
  });

  it("[PO-103] the same in JSON", () => {
    const cases = { version: 1, cases: [{ name: "n", action: { tool: "a" }, expect: "allow" }] };
    expect(parsePolicyCases(JSON.stringify(cases), { format: "json" }).cases[0]?.action.type).toBe("tool_call");
    expect(parsePolicyDocument('{"version":1,"rules":[]}', { format: "json" }).rules).toEqual([]);
  });
});
