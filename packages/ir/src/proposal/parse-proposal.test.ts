import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../config/limits.js";
import type { InputProblem } from "../errors/detailed-errors.js";
import { contentHash } from "../hash/content-hash.js";
import type { JsonValue } from "../json/json-value.js";
import type { Clock } from "../ports/clock.js";
import { anyJson, anyName, LAW } from "../testing/arbitrary-json.js";
import { isFrozenThroughout } from "../testing/is-frozen.js";
import { CALL, linesIn, problemsIn, withActions } from "../testing/proposals.js";
import { parseProposal } from "./parse-proposal.js";
import { isParsedProposal, proposalHash, withProposalHash } from "./parsed-proposals.js";

const clock: Clock = { now: () => Date.UTC(2026, 0, 31, 12, 0, 0, 5), setTimer: () => ({ cancel: () => undefined }) };
const ids = { hex: (bytes: number) => "ab".repeat(bytes) };

describe("a proposal that is well formed", () => {
  it("[IR-10] has every field that has a default", () => {
    const { actions, ...rest } = parseProposal(withActions(CALL), { clock, ids });
    expect(rest).toEqual({
      format_version: 1,
      id: "abababababab",
      source: "unknown",
      timestamp: "2026-01-31T12:00:00.005Z",
      context: {},
    });
    expect(actions).toEqual([
      {
        id: "a",
        type: "tool_call",
        tool: "echo",
        parameters: {},
        preconditions: [],
        expected_effects: {},
        state_dependencies: [],
        dependencies: [],
        read_set: [],
        write_set: [],
        assumptions: [],
        idempotent: false,
        max_retries: 3,
        failure_behavior: "abort",
        invocation_mode: "one_shot",
        metadata: {},
      },
    ]);
  });

  it("[IR-10] is the same from text and from a value", () => {
    const value = withActions(CALL, { id: "b", type: "state_read", parameters: { key: "k" } });
    expect(parseProposal(JSON.stringify(value), { clock, ids })).toEqual(parseProposal(value, { clock, ids }));
  });

  it("[IR-10] keeps every field of every type of action", () => {
    const action = {
      ...{ id: "A-1_z", type: "tool_call", tool: "write", parameters: { path: "$r.output.path", n: [1, null] } },
      ...{ preconditions: [{ key: "k", operator: "gt", value: 1, description: "d" }], expected_effects: { k: 2 } },
      ...{ state_dependencies: ["k"], dependencies: ["r"], read_set: ["p*"], write_set: ["q"] },
      ...{ assumptions: [{ key: "k", expected_value: null, read_version: 0 }], idempotent: true, max_retries: 0 },
      ...{ failure_behavior: "retry", timeout_ms: 5, reversibility: "compensable", invocation_mode: "streaming" },
      ...{ compensation: { type: "tool", tool: "undo", parameters: { id: "$output.id" } }, metadata: { a: 1 } },
    };
    const others = [
      { id: "w", type: "state_write", parameters: { key: { $ref: "r.output" }, value: null } },
      { id: "r", type: "state_read", parameters: { key: "k" } },
      { id: "t", type: "assertion", parameters: { key: "k", operator: "exists" } },
      { id: "u", type: "tool_call", tool: "x", compensation: { type: "action_ref", action_id: "r" } },
    ];
    const parsed = parseProposal(withActions(action, ...others));
    expect(parsed.actions[0]).toEqual(action);
    expect(parsed.actions.slice(1)).toMatchObject(others);
  });
});

describe("id and timestamp", () => {
  it("[IR-11] are kept when they are given", () => {
    const given = { id: "mine", timestamp: "2026-01-31T12:00:00+02:00", ...withActions(CALL) };
    expect(parseProposal(given, { clock, ids })).toMatchObject({ id: "mine", timestamp: "2026-01-31T12:00:00+02:00" });
  });

  it("[IR-11] follow from the content alone without a clock and an id source", () => {
    const parsed = parseProposal(withActions(CALL));
    expect(parsed.id).toBe(proposalHash(parsed).slice(0, 12));
    expect(parsed.timestamp).toBe("1970-01-01T00:00:00.000Z");
  });
});

describe("what parseProposal returns", () => {
  it("[IR-12] is frozen throughout and shares nothing with the input", () => {
    const parameters = { list: [1] };
    const input = withActions({ ...CALL, parameters, preconditions: [{ key: "k" }] });
    const parsed = parseProposal(input);
    parameters.list.push(2);
    expect(isFrozenThroughout(parsed)).toBe(true);
    expect(parsed.actions[0]?.parameters).toEqual({ list: [1] });
    expect(Object.isFrozen(input) || Object.isFrozen(parameters)).toBe(false);
  });

  it("[IR-12] is known, and parsing it again gives it back", () => {
    const parsed = parseProposal(withActions(CALL));
    expect(isParsedProposal(parsed)).toBe(true);
    expect(parseProposal(parsed, { clock, ids })).toBe(parsed);
  });

  it.each([{ ...parseProposal(withActions(CALL)) }, null, "text", 5])("[IR-12] is not known in a copy: %j", (value) => {
    expect(isParsedProposal(value)).toBe(false);
  });
});

describe("proposalHash", () => {
  it("[IR-13] is the content hash without `id` and `timestamp`", () => {
    const parsed = parseProposal(withActions(CALL), { clock, ids });
    const { id: _id, timestamp: _timestamp, ...rest } = parsed;
    expect(proposalHash(parsed)).toBe(contentHash(rest as unknown as JsonValue));
    expect(proposalHash({ ...parsed })).toBe(proposalHash(parsed));
  });

  it("[IR-13] is the same for defaults that are written and left out, and in any order", () => {
    const hash = proposalHash(parseProposal(withActions(CALL)));
    const written = {
      context: {},
      actions: [{ tool: "echo", max_retries: 3, type: "tool_call", id: "a" }],
      id: "other",
    };
    expect(proposalHash(parseProposal(written))).toBe(hash);
  });

  it.each([
    { source: "planner", ...withActions(CALL) },
    { context: { a: 1 }, ...withActions(CALL) },
    withActions({ ...CALL, parameters: { a: null } }),
    withActions(CALL, { ...CALL, id: "b" }),
  ])("[IR-13] differs for %j", (other) => {
    expect(proposalHash(parseProposal(other))).not.toBe(proposalHash(parseProposal(withActions(CALL))));
  });
});

describe("names that reach prototypes elsewhere", () => {
  it("[IR-8] [2.1] survive parsing as data", () => {
    const text =
      '{"actions":[{"id":"a","type":"tool_call","tool":"t","parameters":{"__proto__":{"x":1},"constructor":{"prototype":2}}}]}';
    const parameters = parseProposal(text).actions[0]?.parameters;
    expect(JSON.stringify(parameters)).toBe('{"__proto__":{"x":1},"constructor":{"prototype":2}}');
    expect("x" in (parameters ?? {})).toBe(false);
  });

  it("[IR-8] [2.1] are unknown where only fields may stand", () => {
    const text = '{"actions":[{"id":"a","type":"tool_call","tool":"t","__proto__":{}}],"__proto__":{"actions":[]}}';
    expect(linesIn(text)).toEqual(["actions[0].__proto__: unknown field", "__proto__: unknown field"]);
    expect({}).not.toHaveProperty("actions");
  });

  it("[IR-8] any JSON survives as parameters", () => {
    const law = fc.property(anyName, anyJson, (name, value) => {
      const text = `{"actions":[{"id":"a","type":"tool_call","tool":"t","parameters":{${JSON.stringify(name)}:${JSON.stringify(value)}}}]}`;
      const { parameters } = parseProposal(text, { limits: { ...DEFAULT_LIMITS } }).actions[0] ?? {};
      return (
        JSON.stringify(parameters) === JSON.stringify(JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`))
      );
    });
    fc.assert(law, LAW);
  });
});

describe("unknownFields: warn", () => {
  const newer = {
    ...withActions(
      { ...CALL, priority: 1, preconditions: [{ key: "k", since: 2 }] },
      { ...CALL, id: "b", dependancies: [] },
    ),
    signature: {},
  };

  it("[IR-16] leaves them out, and reports each", () => {
    const warnings: InputProblem[] = [];
    const parsed = parseProposal(newer, { unknownFields: "warn", onWarning: (problem) => warnings.push(problem) });
    expect(warnings).toEqual([
      { path: "actions[0].priority", message: "unknown field" },
      { path: "actions[0].preconditions[0].since", message: "unknown field" },
      { path: "actions[1].dependancies", message: "unknown field", did_you_mean: "dependencies" },
      { path: "signature", message: "unknown field" },
    ]);
    expect(parsed).toEqual(
      parseProposal(withActions({ ...CALL, preconditions: [{ key: "k" }] }, { ...CALL, id: "b" })),
    );
  });

  it("[IR-16] needs nobody who listens", () => {
    expect(parseProposal(newer, { unknownFields: "warn" }).actions).toHaveLength(2);
  });

  it("[IR-16] is as strict as before about the rest", () => {
    const bad = { ...newer, source: 5, ...withActions({ ...CALL, extra: 1, tool: "" }) };
    expect(linesIn(bad, { unknownFields: "warn" })).toEqual([
      "actions[0].tool: must not be empty",
      "source: expected a string, got a number",
    ]);
  });

  it("[IR-16] finds those that only show once others are gone", () => {
    const nested = withActions({
      id: "w",
      type: "state_write",
      parameters: { key: { $ref: "a.output", v: 1 }, value: 1, w: 2 },
      x: 3,
    });
    const names: string[] = [];
    parseProposal(nested, { unknownFields: "warn", onWarning: ({ path }) => names.push(path) });
    expect(names.sort()).toEqual(["actions[0].parameters.key.v", "actions[0].parameters.w", "actions[0].x"]);
  });
});

describe("limits", () => {
  const limits = { max_bytes: 200, max_depth: 5, max_actions: 1 };

  it("[IR-19] [2.1] counts bytes of text in UTF-8", () => {
    const text = (content: string): string => JSON.stringify(withActions({ ...CALL, parameters: { content } }));
    const room = 200 - text("").length;
    expect(parseProposal(text("x".repeat(room)), { limits }).actions).toHaveLength(1);
    expect(linesIn(text("x".repeat(room + 1)), { limits })).toEqual(["larger than 200 bytes"]);
    expect(linesIn(text("é".repeat(room / 2 + 1)), { limits })).toEqual(["larger than 200 bytes"]);
  });

  it("[IR-19] [2.1] estimates the bytes of a value", () => {
    const value = withActions({ ...CALL, parameters: { content: "x".repeat(500) } });
    expect(linesIn(value, { limits })).toEqual(["actions[0].parameters.content: larger than 200 bytes in total"]);
  });

  it("[IR-19] [2.1] counts depth from the proposal itself", () => {
    expect(parseProposal(withActions({ ...CALL, parameters: { a: [] } }), { limits }).actions).toHaveLength(1);
    const problem = "actions[0].parameters.a[0]: nested deeper than 5 levels";
    expect(linesIn(withActions({ ...CALL, parameters: { a: [{}] } }), { limits })).toEqual([problem]);
  });

  it("[IR-19] [2.1] comes before the schema: a deep or large input is not searched for other problems", () => {
    expect(problemsIn({ x: [[[[[]]]]], actions: 5 }, { limits })).toHaveLength(1);
  });

  it("[IR-19] [2.1] counts the actions before it looks at them", () => {
    expect(linesIn(withActions(CALL, { bad: 1 }), { limits: { ...limits, max_bytes: 1_000 } })).toEqual([
      "actions: has 2 actions, at most 1 are allowed",
    ]);
  });

  it("[IR-19] [2.1] has defaults", () => {
    expect(DEFAULT_LIMITS).toMatchObject({ max_actions: 10_000, max_bytes: 8 * 1024 * 1024, max_depth: 64 });
  });

  it("[IR-47] [2.1] the hash that is found on demand is there for copies, proxies and heirs of what has it", () => {
    const proposal = parseProposal(withActions(CALL));
    const named = withProposalHash({ status: "committed" }, proposal);
    const hash = proposalHash(proposal);
    const copies: readonly object[] = [
      { ...named },
      JSON.parse(JSON.stringify(named)) as typeof named,
      structuredClone(named),
      new Proxy(named, {}),
      Object.create(named) as typeof named,
      Object.defineProperties({}, Object.getOwnPropertyDescriptors(named)),
      Object.freeze(named),
    ];
    expect(copies.map((copy) => Reflect.get(copy, "proposal_hash") as unknown)).toEqual(copies.map(() => hash));
    expect(Object.keys(named)).toEqual(["status", "proposal_hash"]);
    expect(named).toEqual({ status: "committed", proposal_hash: hash });
  });
});
