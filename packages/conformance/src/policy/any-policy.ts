import type { Action, JsonObject, JsonValue } from "@car/ir";
import { Action as ActionSchema } from "@car/ir";
import type { PolicyStateView } from "@car/ir/ports";
import fc from "fast-check";
import { type PolicyQuestion, policyState } from "./policy-request.js";

/** A policy, a state and some questions that have something to do with it, in ascending time. */
export interface PolicyCase {
  readonly document: JsonObject & { readonly rules: readonly JsonObject[] };
  readonly state: PolicyStateView;
  readonly questions: readonly PolicyQuestion[];
}

// Few names and values, so that rules and questions meet.
const anyTool = fc.constantFrom("read", "read_all", "send", "constructor");
const anyToolPattern = fc.oneof(anyTool, fc.constantFrom("*", "read*", "se*"));
const anyName = fc.constantFrom("a", "b", "__proto__", "0");
const anyKey = fc.constantFrom("k0", "k1", "toString");
const anyText = fc.constantFrom("", "ab", "Secret", "xABy", "1", "ΑΣΑ", "\ud83d\ude00");
const anyScalar: fc.Arbitrary<JsonValue> = fc.oneof(
  anyText,
  fc.constantFrom(0, 1, 2.5, -1),
  fc.constantFrom(null, true),
);

const anyTree = fc.letrec<{ tree: JsonValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    anyScalar,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(anyName, tie("tree"), { maxKeys: 3 }),
  ),
})).tree;

const anyParameters = fc.dictionary(anyName, anyTree, { maxKeys: 4 });
const anyParam = fc.oneof(
  fc.array(fc.oneof(anyName, fc.constant("*")), { minLength: 1, maxLength: 3 }).map((names) => names.join(".")),
  fc.array(anyName, { minLength: 1, maxLength: 2 }),
);

/** Read in the same way by RE2 and by JavaScript. */
const anyPattern = fc.constantFrom("^a", "b$", "[A-Z]", "Secret|x", "^$", "\\d");

const anyOperator: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ equals: anyTree }),
  fc.record({ one_of: fc.array(anyTree, { minLength: 1, maxLength: 3 }) }),
  fc.record({ contains: fc.constantFrom("a", "Secret", "1") }),
  fc.record({ starts_with: fc.constantFrom("a", "x", "2") }),
  fc.record({ matches: anyPattern }),
  fc.record({ present: fc.boolean() }),
  ...["gt", "gte", "lt", "lte"].map((name) => fc.record({ [name]: fc.constantFrom(0, 1, 2) })),
);

const anyTrust = fc.record({ trust: fc.constant("model") }, { requiredKeys: [] });
const anyScope = fc.record({ tools: fc.array(anyToolPattern, { minLength: 1, maxLength: 2 }) }, { requiredKeys: [] });

const anyCondition: fc.Arbitrary<JsonObject> = fc.oneof(
  joined<JsonObject>(fc.record({ param: anyParam }), anyOperator),
  joined<JsonObject>(fc.record({ state: anyKey }), fc.oneof(anyOperator, fc.constant({})), anyTrust),
);

const anyRule: fc.Arbitrary<JsonObject> = fc.oneof(
  rule("deny_tool", fc.record({ tool: anyToolPattern })),
  rule("deny_tool_param", fc.record({ tool: anyToolPattern, param: anyParam }), anyOperator),
  rule("allow_tool", fc.record({ tool: anyToolPattern })),
  rule("allow_tool_param", fc.record({ tool: anyToolPattern, param: anyParam }), anyOperator, optional("optional")),
  rule(
    "allow_state",
    fc.record({ keys: fc.array(fc.constantFrom("k0", "k*"), { minLength: 1, maxLength: 2 }) }),
    fc.record({ access: fc.constantFrom("read", "write") }, { requiredKeys: [] }),
  ),
  rule(
    "deny_keyword",
    fc.record({
      keywords: fc.array(fc.constantFrom("secret", "αΣ", "__PROTO__", "k0"), { minLength: 1, maxLength: 2 }),
    }),
    anyScope,
    optional("case_sensitive"),
  ),
  rule("require_state", fc.record({ key: anyKey, value: anyScalar }, { requiredKeys: ["key"] }), anyScope, anyTrust),
  rule(
    "rate_limit_tool",
    fc.record({ tool: anyToolPattern, max_calls: fc.integer({ min: 1, max: 3 }), interval_ms: fc.constantFrom(1, 5) }),
    optional("per_principal"),
  ),
  rule(
    "require_approval",
    fc.record(
      { tool: anyToolPattern, when: fc.array(anyCondition, { minLength: 1, maxLength: 2 }) },
      { requiredKeys: ["tool"] },
    ),
  ),
);

const anyStateAction: fc.Arbitrary<Action> = fc
  .record({ type: fc.constantFrom("state_write", "state_read", "assertion"), key: anyKey, value: anyTree })
  .map(({ type, key, value }) => {
    const operand = { state_write: { value }, state_read: {}, assertion: { expected: value } }[type];
    return ActionSchema.parse({ id: "s1", type, parameters: { key, ...operand } });
  });

const anyQuestion: fc.Arbitrary<Omit<PolicyQuestion, "now"> & { readonly after: number }> = joined(
  fc.oneof(
    { arbitrary: fc.record({ tool: anyTool, parameters: anyParameters }), weight: 4 },
    { arbitrary: fc.record({ action: anyStateAction }), weight: 1 },
  ),
  fc.record({
    principal: fc.constantFrom("p", "q"),
    mode: fc.constantFrom("decide", "decide", "recheck", "verify"),
    after: fc.integer({ min: 0, max: 3 }),
  }),
);

/** Policies of every type of rule, with ids `r0`, `r1` and so on. */
export const anyPolicyCase: fc.Arbitrary<PolicyCase> = fc
  .record({
    rules: fc.array(anyRule, { maxLength: 6 }),
    fallback: fc.constantFrom({}, {}, { default: "allow" }, { default: "deny" }),
    trusted: fc.dictionary(anyKey, anyScalar, { maxKeys: 2 }),
    claimed: fc.dictionary(anyKey, anyScalar, { maxKeys: 2 }),
    questions: fc.array(anyQuestion, { minLength: 1, maxLength: 8 }),
  })
  .map(({ rules, fallback, trusted, claimed, questions }) => ({
    document: { version: 1, ...fallback, rules: rules.map((data, index) => ({ id: `r${index}`, ...data })) },
    state: policyState(trusted, claimed),
    questions: withTimes(questions),
  }));

function withTimes(
  questions: readonly (Omit<PolicyQuestion, "now"> & { readonly after: number })[],
): readonly PolicyQuestion[] {
  let now = 0;
  return questions.map(({ after, ...question }) => ({ ...question, now: (now += after) }));
}

function rule(type: string, ...parts: readonly fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> {
  return joined<JsonObject>(fc.constant({ type }), ...parts);
}

function optional(name: string): fc.Arbitrary<JsonObject> {
  return fc.constantFrom<JsonObject>({}, { [name]: false }, { [name]: true });
}

function joined<T extends object>(...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<T> {
  return fc.tuple(...parts).map((values) => Object.assign({}, ...values) as T);
}
