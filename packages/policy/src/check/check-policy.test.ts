import { describe, expect, it } from "vitest";
import { checkPolicy } from "./check-policy.js";

function warnings(rules: readonly object[], more: { tools?: readonly string[]; fallback?: string } = {}): string[] {
  const text = JSON.stringify({ version: 1, default: more.fallback ?? "allow", rules }, null, 1);
  const { tools } = more;
  const checked = checkPolicy(text, { format: "json", file: "p.json", ...(tools !== undefined && { tools }) });
  return checked.warnings.map(({ path, message }) => `${path} ${message}`);
}

describe("checkPolicy", () => {
  it("[PO-104] warns of tools that do not exist, with file and line", () => {
    const text = "version: 1\nrules:\n  - type: must_precede\n    first: tset\n    then: dep*\n";
    const checked = checkPolicy(text, { format: "yaml", file: "p.yaml", tools: ["test", "deploy"] });
    expect(checked.warnings).toMatchObject([
      { file: "p.yaml", line: 3, path: "rules[0]", message: "there is no tool `tset`" },
    ]);
  });

  it.each<[string, object[], string[]]>([
    [
      "a repeated rule",
      [
        { type: "deny_tool", tool: "a" },
        { type: "deny_tool", tool: "a", id: "b" },
      ],
      ["rules[1] says the same as `deny_tool:a`"],
    ],
    [
      "an allowance that another denies",
      [
        { type: "deny_tool", tool: "a*" },
        { type: "allow_tool_param", tool: "ab", param: "p", equals: 1 },
      ],
      ["rules[1] contradicts `deny_tool:a*`"],
    ],
    [
      "an approval of what is denied",
      [
        { type: "require_approval", tool: "a" },
        { type: "deny_tool", tool: "*" },
      ],
      ["rules[0] has no effect: every call it sees is denied by `deny_tool:*`"],
    ],
    [
      "a narrower approval",
      [
        { type: "require_approval", tool: "a" },
        { type: "require_approval", tool: "a*" },
      ],
      ["rules[0] has no effect: every call it sees needs approval by `require_approval:a*`"],
    ],
    [
      "a larger bound",
      [
        { type: "max_calls", tool: "a", max: 3 },
        { type: "max_calls", tool: "a", max: 2 },
      ],
      ["rules[0] has no effect: fewer calls are allowed by `max_calls:a#2`"],
    ],
    [
      "values that cannot both be",
      [
        { type: "allow_tool_param", tool: "a", param: "p", equals: 1 },
        { type: "allow_tool_param", tool: "a", param: "p", one_of: [2, 3] },
      ],
      ["rules[1] no value satisfies both this and `allow_tool_param:a.p`"],
    ],
    [
      "states that cannot both be",
      [
        { type: "require_state", key: "k", value: 1 },
        { type: "require_state", key: "k", value: 2, tools: ["a"] },
      ],
      ["rules[1] no value of the state satisfies both this and `require_state:k`"],
    ],
    [
      "before and never after",
      [
        { type: "must_precede", first: "a", then: "b" },
        { type: "never_after", first: "a", then: "b" },
      ],
      ["rules[1] no call can satisfy both this and `must_precede:a,b`"],
    ],
    [
      "there and not there",
      [
        { type: "deny_tool_param", tool: "a", param: "p", present: true },
        { type: "deny_tool_param", tool: "a", param: "p", present: false },
      ],
      ["rules[1] no call passes both this and `deny_tool_param:a.p`"],
    ],
    [
      "an idle allowance",
      [{ type: "allow_tool", tool: "a" }],
      ["rules[0] `allow_tool` has no effect: everything is allowed by default"],
    ],
  ])("[PO-104] warns of %s", (_name, rules, expected) => {
    expect(warnings(rules)).toEqual(expected);
  });

  it("[PO-104] says nothing of rules that stand beside each other", () => {
    const rules = [
      { type: "deny_tool", tool: "a" },
      { type: "require_approval", tool: "a*" },
      { type: "allow_tool", tool: "b" },
      { type: "deny_keyword", keywords: ["x"] },
      { type: "require_state", key: "k", value: 1, tools: ["c"] },
      { type: "require_state", key: "k", value: 2, tools: ["d"] },
      { type: "allow_tool_param", tool: "c", param: "p", one_of: [1, 2] },
      { type: "allow_tool_param", tool: "c", param: "p", one_of: [2, 3] },
      { type: "max_calls", tool: "c", max: 3 },
      { type: "max_calls", tool: "c", max: 2, per: "proposal" },
    ];
    expect(warnings(rules, { fallback: "deny", tools: ["a", "ab", "b", "c", "d"] })).toEqual([]);
  });
});
