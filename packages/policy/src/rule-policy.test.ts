import { policyRequest, policyState } from "@car/conformance";
import { PolicyDocumentInvalidError } from "@car/ir";
import { ALLOW, type Decision, type PolicyEngine } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { parsePolicyDocument } from "./document/parse-policy-document.js";
import { allow, allowTool, askApproval, definePolicy, deny, denyKeyword, denyTool, denyToolParam } from "./index.js";
import { rateLimitTool, rulePolicy } from "./index.js";

const EMPTY = policyState();
const CALL = policyRequest({ parameters: { url: "https://example.test/" } });

const decide = (engine: PolicyEngine, request = CALL): Decision | Promise<Decision> => engine.check(request, EMPTY);

describe("rulePolicy", () => {
  it("[PO-7] gives the one shared allowance, and a value, when no rule has anything to say", () => {
    const engine = rulePolicy([denyToolParam({ tool: "tool", param: "url", contains: "169.254." }), denyTool("shell")]);
    expect(decide(engine)).toBe(ALLOW);
    expect(decide(engine, policyRequest({ tool: "other" }))).toBe(ALLOW);
  });

  it("[PO-7] gives a promise only when a rule for that action gave one", async () => {
    const late = definePolicy("late", async () => deny("late", "not today"), { tools: ["slow"] });
    const engine = rulePolicy([denyTool("s*"), late]);
    expect(decide(engine, policyRequest({ tool: "send" }))).toMatchObject({ effect: "deny" });
    const answer = decide(engine, policyRequest({ tool: "slow" }));
    expect(answer).toBeInstanceOf(Promise);
    expect((await answer).reasons.map(({ policy_id }) => policy_id)).toEqual(["deny_tool:s*", "late"]);
  });

  it("[PO-14] [6.1] asks only the rules for the action's tool", () => {
    const asked: string[] = [];
    const tools = Array.from({ length: 1_000 }, (_, index) => `tool_${index}`);
    const engine = rulePolicy(tools.map((tool) => definePolicy(tool, () => void asked.push(tool), { tools: [tool] })));
    void decide(engine, policyRequest({ tool: "tool_7" }));
    void decide(engine, policyRequest({ tool: "unheard-of" }));
    expect(asked).toEqual(["tool_7"]);
  });

  it("[PO-14] asks a rule once, however many of its patterns cover the tool", () => {
    let count = 0;
    const engine = rulePolicy([definePolicy("once", () => void count++, { tools: ["tool", "tool", "t*", "*"] })]);
    void decide(engine);
    expect(count).toBe(1);
  });

  it("[PO-10] has a version that changes with the rules and with the default, and with nothing else", () => {
    const versions = [
      rulePolicy([denyTool("a")]),
      rulePolicy([denyTool("b")]),
      rulePolicy([denyTool("a")], { defaultEffect: "deny" }),
      rulePolicy([denyTool("a"), definePolicy("f", () => undefined)]),
      rulePolicy([denyTool("a"), definePolicy("g", () => undefined)]),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(rulePolicy([denyTool("a")]).version).toBe(versions[0]);
    expect(versions[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("[PO-10] has the same version for rules of code and of a file", () => {
    const text = "version: 1\ndefault: deny\nrules: [{type: deny_tool, tool: a}, {type: deny_keyword, keywords: [k]}]";
    const document = parsePolicyDocument(text, { format: "yaml" });
    const code = rulePolicy([denyTool("a"), denyKeyword("k")], { defaultEffect: "deny" });
    expect(rulePolicy(document).version).toBe(code.version);
  });

  it("[PO-9] takes the default of the document, unless the host says otherwise", () => {
    const document = parsePolicyDocument('{"version":1,"default":"deny","rules":[]}', { format: "json" });
    expect(decide(rulePolicy(document))).toMatchObject({ effect: "deny", reasons: [{ policy_id: "default" }] });
    expect(decide(rulePolicy(document, { defaultEffect: "allow" }))).toBe(ALLOW);
  });

  it("[PO-9] an explicit allowance lets through what the default denies", () => {
    const options = { defaultEffect: "deny" } as const;
    expect(decide(rulePolicy([allowTool("to*")], options))).toBe(ALLOW);
    expect(decide(rulePolicy([definePolicy("mine", () => allow())], options))).toBe(ALLOW);
    expect(decide(rulePolicy([definePolicy("mine", () => undefined)], options))).toMatchObject({ effect: "deny" });
  });

  it("[PO-41] refuses rules that are none, and says which", () => {
    const bad = [denyTool("a"), denyToolParam({ tool: "t", param: "p", matches: "(" }), { type: "deny_tol" }];
    expect(problemsOf(() => rulePolicy(bad as never))).toEqual([
      { path: "rules[1].matches", message: "is no RE2 pattern: missing closing )" },
      expect.objectContaining({ path: "rules[2].type", did_you_mean: "deny_tool" }),
    ]);
  });

  it.each([
    [[null], "rules[0]"],
    [[denyTool("")], "rules[0].tool"],
    [[denyToolParam({ tool: "t", param: "p" } as never)], "rules[0]"],
    [[denyToolParam({ tool: "t", param: "p", matches: /x/ as never })], "rules[0]"],
    [[denyToolParam({ tool: "t", param: "a..b", equals: 1 })], "rules[0].param"],
    [[rateLimitTool({ tool: "t", maxCalls: 0, intervalMs: 1 })], "rules[0].max_calls"],
    [[definePolicy("", () => undefined)], "rules[0].id"],
    [[definePolicy("a", "no function" as never)], "rules[0].evaluate"],
    [[definePolicy("a", () => undefined, { tools: [1] as never })], "rules[0].tools"],
    [[{ ...denyTool("x"), id: "same" }, definePolicy("same", () => undefined)], "rules[1].id"],
  ])("[PO-54] refuses %j", (rules, path) => {
    expect(problemsOf(() => rulePolicy(rules as never)).map((problem) => problem.path)).toEqual([path]);
  });

  it("[PO-54] derives ids that tell rules apart and quote nothing that is searched for", () => {
    const rules = [
      denyKeyword("hush"),
      denyKeyword("hush hush"),
      denyToolParam({ tool: "tool", param: ["a.b", "c"], equals: "hush" }),
      { ...denyTool("tool"), id: "deny_keyword#2" },
    ];
    const { reasons } = decide(
      rulePolicy(rules),
      policyRequest({ parameters: { "a.b": { c: "hush" }, d: "hush hush" } }),
    ) as Decision;
    const ids = reasons.map(({ policy_id }) => policy_id);
    expect(ids).toEqual(["deny_keyword", "deny_keyword#3", "deny_tool_param:tool.a.b.c", "deny_keyword#2"]);
  });

  it("[PO-3] shows a rule's own message in the place of the built-in one", () => {
    const rules = [
      { ...denyTool("tool"), message: "use the mirror" },
      definePolicy("a", () => askApproval("a", "ok?")),
    ];
    expect(decide(rulePolicy(rules))).toEqual({
      effect: "deny",
      reasons: [{ policy_id: "deny_tool:tool", message: "use the mirror" }],
    });
  });
});

function problemsOf(body: () => unknown): PolicyDocumentInvalidError["problems"] {
  try {
    body();
  } catch (error) {
    if (error instanceof PolicyDocumentInvalidError) return error.problems;
    throw error;
  }
  throw new Error("nothing was thrown");
}
