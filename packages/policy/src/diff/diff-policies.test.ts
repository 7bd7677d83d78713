import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PolicyDocument } from "../document/policy-document.js";
import { situationPolicy } from "../situation/explain-decision.js";
import { PolicySituation } from "../situation/policy-situation.js";
import { diffPolicies } from "./diff-policies.js";

const document = (rules: readonly object[], fallback: "allow" | "deny" = "allow"): PolicyDocument =>
  ({ version: 1, default: fallback, rules }) as unknown as PolicyDocument;

const number = fc.integer({ min: 0, max: 3 });
const text = fc.constantFrom("a", "b", "ab");
const tool = fc.constantFrom("x", "y", "x*", "*");
const condition = fc.oneof(
  number.map((gt) => ({ gt })),
  number.map((lte) => ({ lte })),
  fc.oneof(number, text).map((equals) => ({ equals })),
  fc.array(number, { minLength: 1, maxLength: 2 }).map((one_of) => ({ one_of })),
  text.map((contains) => ({ contains })),
  text.map((starts_with) => ({ starts_with })),
  fc.constantFrom("^a", "b$", "^[ab]+$").map((matches) => ({ matches })),
  fc.boolean().map((present) => ({ present })),
);
const param = fc.constantFrom("p", "q");
const anyRule = fc.oneof(
  fc.record({ type: fc.constant("deny_tool"), tool }),
  fc.record({ type: fc.constant("allow_tool"), tool }),
  fc
    .tuple(fc.constantFrom("deny_tool_param", "allow_tool_param"), tool, param, condition)
    .map(([type, of, name, operator]) => ({ type, tool: of, param: name, ...operator })),
  fc.tuple(tool, param, condition).map(([of, name, operator]) => ({
    type: "require_approval",
    tool: of,
    when: [{ param: name, ...operator }, { state: "k" }],
  })),
  fc.record({ type: fc.constant("require_state"), key: fc.constant("k"), value: number }),
  fc.record({ type: fc.constant("max_calls"), tool, max: number }),
  fc.record({ type: fc.constantFrom("must_precede", "never_after"), first: tool, then: tool }),
  fc.record({ type: fc.constant("deny_flow"), from: fc.constant("bad"), to: fc.constantFrom("x", "sinks") }),
  fc.record({ type: fc.constant("trusted_only"), tool, param }),
  fc.record({ type: fc.constant("deny_keyword"), keywords: fc.constant(["b"]) }),
);

const anySituation = fc
  .record({
    tool: fc.constantFrom("x", "xy", "y", "z"),
    p: fc.constantFrom(undefined, 0, 1, 2.5, 4, "a", "b", "abc", "cab", null, [1, "a"]),
    q: fc.constantFrom(undefined, 1, "b"),
    k: fc.constantFrom(undefined, 0, 2),
    calls: fc.array(fc.record({ tool: fc.constantFrom("x", "y", "xz"), succeeded: fc.boolean() }), { maxLength: 5 }),
    bad: fc.boolean(),
    sink: fc.boolean(),
    source: fc.constantFrom("trusted", "labelled"),
  })
  .map(({ tool: name, p, q, k, calls, bad, sink, source }) =>
    PolicySituation.parse({
      action: { tool: name, parameters: { ...(p !== undefined && { p }), ...(q !== undefined && { q }) } },
      state: k === undefined ? {} : { k },
      history: calls,
      labels: { params: bad ? { p: ["bad"] } : {} },
      sources: { p: source, q: source },
      sink,
    }),
  );

const STRICT = { allow: 0, require_approval: 1, deny: 2 } as const;

describe("diffPolicies", () => {
  it.each<[string, object[], object[], string]>([
    ["nothing", [{ type: "deny_tool", tool: "a" }], [{ type: "deny_tool", tool: "a", id: "other" }], "equal"],
    [
      "a rule that says the same otherwise",
      [{ type: "deny_tool_param", tool: "a", param: "p", equals: 1 }],
      [{ type: "deny_tool_param", tool: "a", param: "p", one_of: [1] }],
      "equal",
    ],
    ["a rule more", [], [{ type: "deny_tool", tool: "a*" }], "narrowing"],
    ["a rule less", [{ type: "require_approval", tool: "a" }], [], "expansion"],
    [
      "a rule that another hides",
      [{ type: "deny_tool", tool: "a*" }],
      [
        { type: "deny_tool", tool: "a*" },
        { type: "require_approval", tool: "ab" },
      ],
      "equal",
    ],
    [
      "a bound moved",
      [{ type: "deny_tool_param", tool: "a", param: "n", gt: 100 }],
      [{ type: "deny_tool_param", tool: "a", param: "n", gte: 100 }],
      "narrowing",
    ],
    [
      "other values",
      [{ type: "allow_tool_param", tool: "a", param: "p", one_of: ["x", "y"] }],
      [{ type: "allow_tool_param", tool: "a", param: "p", one_of: ["y", "z"] }],
      "both",
    ],
    [
      "fewer calls",
      [{ type: "max_calls", tool: "a*", max: 3 }],
      [{ type: "max_calls", tool: "a*", max: 2 }],
      "narrowing",
    ],
    [
      "approval for denial",
      [{ type: "deny_flow", from: "bad", to: "a" }],
      [{ type: "require_approval_for_flow", from: "bad", to: "a" }],
      "expansion",
    ],
    [
      "a label less",
      [{ type: "deny_flow", from: ["bad", "worse"], to: "sinks" }],
      [{ type: "deny_flow", from: "bad", to: "sinks" }],
      "expansion",
    ],
    [
      "a source more",
      [{ type: "trusted_only", tool: "a", param: "p" }],
      [{ type: "trusted_only", tool: "a", param: "p", accept: ["request"] }],
      "narrowing",
    ],
    [
      "a prefix made longer",
      [{ type: "deny_tool_param", tool: "a", param: "p", starts_with: "ab" }],
      [{ type: "deny_tool_param", tool: "a", param: "p", starts_with: "abc" }],
      "expansion",
    ],
    ["a pattern added", [], [{ type: "deny_tool_param", tool: "a", param: "p", matches: "^https?://" }], "narrowing"],
    [
      "a pattern for a list",
      [{ type: "deny_tool_param", tool: "a", param: "p", one_of: ["a", "c"] }],
      [{ type: "deny_tool_param", tool: "a", param: "p", matches: "^(a|b|c)$" }],
      "undecided",
    ],
    ["a keyword", [], [{ type: "deny_keyword", keywords: ["x"] }], "undecided"],
    [
      "an endorsement",
      [{ type: "deny_flow", from: "bad", to: "a" }],
      [
        { type: "deny_flow", from: "bad", to: "a" },
        { type: "endorse", tool: "s", removes: "bad" },
      ],
      "undecided",
    ],
  ])("[PO-105] %s", async (...[, old, changed, verdict]) => {
    expect((await diffPolicies(document(old), document(changed))).verdict).toBe(verdict);
  });

  it("[PO-105] of another default, the state's actions are part", async () => {
    const { verdict, narrowings } = await diffPolicies(
      document([]),
      document([{ type: "allow_tool", tool: "*" }], "deny"),
    );
    expect(verdict).toBe("narrowing");
    expect(narrowings.map(({ situation }) => situation.action.type)).toEqual([
      "state_read",
      "state_write",
      "assertion",
    ]);
  });

  it("[PO-106] names what it cannot decide", async () => {
    const limit = { type: "rate_limit_tool", tool: "a", max_calls: 1, interval_ms: 1 };
    const { undecided } = await diffPolicies(document([]), document([limit]));
    expect(undecided).toEqual(["`rate_limit_tool[0]`: it counts over time"]);
  });

  it("[PO-106] many rules on one tool end in bounded time, undecided where they are too many to combine", async () => {
    const when = Array.from({ length: 9 }, (_, at) => ({ param: `p${at}`, gt: at }));
    const { verdict, undecided } = await diffPolicies(
      document([]),
      document([{ type: "require_approval", tool: "a", when }]),
    );
    expect([verdict, undecided.join()]).toEqual(["undecided", expect.stringContaining("too many combinations")]);
  });

  it("[PO-107] never claims what a situation disproves, and every example holds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRule, { maxLength: 4 }),
        anyRule,
        fc.constantFrom("add", "remove", "replace"),
        fc.constantFrom("allow" as const, "deny" as const),
        fc.array(anySituation, { minLength: 20, maxLength: 20 }),
        async (...[rules, rule, change, fallback, situations]) => {
          const rest = rules.slice(1);
          const altered = change === "add" ? [...rules, rule] : change === "remove" ? rest : [...rest, rule];
          const [old, changed] = [document(rules, fallback), document(altered, fallback)];
          const diff = await diffPolicies(old, changed);
          for (const [examples, sign] of [
            [diff.expansions, -1],
            [diff.narrowings, 1],
          ] as const) {
            for (const { situation } of examples) expect(Math.sign(await step(old, changed, situation))).toBe(sign);
          }
          for (const situation of situations) {
            const found = await step(old, changed, situation);
            if (found < 0) expect(["expansion", "both", "undecided"]).toContain(diff.verdict);
            if (found > 0) expect(["narrowing", "both", "undecided"]).toContain(diff.verdict);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

async function step(old: PolicyDocument, changed: PolicyDocument, situation: PolicySituation): Promise<number> {
  const [was, now] = await Promise.all([old, changed].map((policy) => situationPolicy(policy).explain(situation)));
  return STRICT[now!.decision.effect] - STRICT[was!.decision.effect];
}
