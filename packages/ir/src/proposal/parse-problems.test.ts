import { describe, expect, it } from "vitest";
import { ProposalInvalidError } from "../errors/detailed-errors.js";
import { CALL, linesIn, problemsIn, withActions } from "../testing/proposals.js";
import { parseProposal } from "./parse-proposal.js";

describe("problems of a proposal", () => {
  it("[IR-14] are all there, in document order, with what was expected and what is there", () => {
    const input = {
      sorce: "x",
      actions: [
        { ...CALL, timeout_ms: "5", max_retries: 1.5, dependencies: ["a", 1], tool: "" },
        { type: "tool_call", id: "no spaces", parameters: [], preconditions: [{}], tool: "t" },
        CALL,
        5,
      ],
      timestamp: "yesterday",
      format_version: 2,
    };
    expect(linesIn(input)).toEqual([
      "sorce: unknown field, did you mean `source`?",
      "actions[0].tool: must not be empty",
      "actions[0].timeout_ms: expected a number, got a string",
      "actions[0].max_retries: expected a whole number, got a fraction",
      "actions[0].dependencies[1]: expected a string, got a number",
      "actions[1].id: an action id is made of letters, digits, `_` and `-`",
      "actions[1].parameters: expected an object, got an array",
      "actions[1].preconditions[0].key: is missing, expected a string",
      "actions[3]: expected an object, got a number",
      "timestamp: expected an RFC 3339 time such as `2026-01-31T12:00:00Z`",
      "format_version: expected `1`, got `2`",
    ]);
  });

  it("[IR-14] are in the error's message, one after the other", () => {
    const parse = (): unknown => parseProposal({ source: 1 });
    expect(parse).toThrow(ProposalInvalidError);
    expect(parse).toThrow(
      "proposal is invalid: source: expected a string, got a number; actions: is missing, expected an array",
    );
  });

  it.each([
    [null, "expected an object, got null"],
    [[], "expected an object, got an array"],
    [5, "expected an object, got a number"],
    [undefined, "expected an object, got null"],
    [{}, "actions: is missing, expected an array"],
    [{ actions: {} }, "actions: expected an array, got an object"],
    [{ actions: [] }, "actions: a proposal needs at least one action"],
    [withActions({ ...CALL, id: "" }), "actions[0].id: an action id is made of letters, digits, `_` and `-`"],
    [withActions({ ...CALL, max_retries: -1 }), "actions[0].max_retries: expected a number of at least 0"],
    [withActions({ ...CALL, timeout_ms: 0 }), "actions[0].timeout_ms: expected a number of more than 0"],
    [withActions({ ...CALL, idempotent: "yes" }), "actions[0].idempotent: expected true or false, got a string"],
    [withActions({ ...CALL, metadata: null }), "actions[0].metadata: expected an object, got null"],
    [withActions({ id: "a", type: "tool_call" }), "actions[0].tool: is missing, expected a string"],
  ])("[IR-14] of %j", (input, line) => {
    expect(linesIn(input)).toEqual([line]);
  });

  it.each([
    [{ x: Number.NaN }, "actions[0].parameters.x: NaN is not JSON"],
    [{ x: [10n] }, "actions[0].parameters.x[0]: a BigInt is not JSON"],
    [{ x: "\ud800" }, "actions[0].parameters.x: a lone surrogate has no UTF-8 form"],
    [{ x: new Map() }, "actions[0].parameters.x: a Map is not JSON"],
  ])("[IR-14] of parameters that are not JSON", (parameters, line) => {
    expect(linesIn(withActions({ ...CALL, parameters }))).toEqual([line]);
  });

  it("[IR-14] of a lone surrogate that a text escapes", () => {
    const text = String.raw`{"actions":[{"id":"a","type":"tool_call","tool":"t","parameters":{"x":"\ud800"}}]}`;
    expect(linesIn(text)).toEqual(["actions[0].parameters.x: a lone surrogate has no UTF-8 form"]);
  });
});

describe("unknown fields", () => {
  it.each([
    ["state_dependancies", "state_dependencies"],
    ["stateDependencies", "state_dependencies"],
    ["StateDependency", "state_dependencies"],
    ["depends", "dependencies"],
    ["depends_on", "dependencies"],
    ["dependencie", "dependencies"],
    ["params", "parameters"],
    ["param", "parameters"],
    ["paramters", "parameters"],
    ["timeout", "timeout_ms"],
    ["max_retrys", "max_retries"],
    ["retries", "max_retries"],
    ["failure_behaviour", "failure_behavior"],
    ["tol", "tool"],
    ["xyz", undefined],
    ["", undefined],
    ["x".repeat(100_000), undefined],
  ])("[IR-15] %s probably means %s", (name, meant) => {
    const [problem, ...others] = problemsIn(withActions(CALL, { ...CALL, id: "b", [name]: 1 }));
    expect(others).toEqual([]);
    expect(problem?.message).toBe("unknown field");
    expect(problem?.did_you_mean).toBe(meant);
    expect(problem?.path.startsWith("actions[1]")).toBe(true);
  });

  it.each([
    [
      withActions({ ...CALL, preconditions: [{ key: "k", op: "eq" }] }),
      "actions[0].preconditions[0].op: unknown field",
    ],
    [
      withActions({ ...CALL, preconditions: [{ key: "k", operater: "eq" }] }),
      "actions[0].preconditions[0].operater: unknown field, did you mean `operator`?",
    ],
    [
      withActions({ ...CALL, compensation: { type: "tool", tool: "t", paramaters: {} } }),
      "actions[0].compensation.paramaters: unknown field, did you mean `parameters`?",
    ],
    [
      withActions({ ...CALL, compensation: { type: "action_ref", action_id: "b", action: "b" } }),
      "actions[0].compensation.action: unknown field, did you mean `action_id`?",
    ],
    [
      withActions({ id: "a", type: "state_read", parameters: { key: "k", val: 1 } }),
      "actions[0].parameters.val: unknown field",
    ],
    [
      withActions({ id: "a", type: "state_read", parameters: { key: "k" }, tool: "t" }),
      "actions[0].tool: unknown field",
    ],
    [
      withActions({ id: "a", type: "state_read", parameters: { key: { $ref: "b.output", ref: 1 } } }),
      "actions[0].parameters.key.ref: unknown field, did you mean `$ref`?",
    ],
  ])("[IR-15] are looked up among the fields of their own object: %j", (input, line) => {
    expect(linesIn(input)).toEqual([line]);
  });
});

describe("words from a fixed set", () => {
  const types = "`tool_call`, `state_write`, `state_read`, `assertion`";

  it.each([
    [
      withActions({ ...CALL, failure_behavior: "abrot" }),
      "actions[0].failure_behavior: expected one of `abort`, `retry`, `skip`, got `abrot`, did you mean `abort`?",
    ],
    [
      withActions({ ...CALL, failure_behavior: "Retry" }),
      "actions[0].failure_behavior: expected one of `abort`, `retry`, `skip`, got `Retry`, did you mean `retry`?",
    ],
    [
      withActions({ ...CALL, failure_behavior: "explode" }),
      "actions[0].failure_behavior: expected one of `abort`, `retry`, `skip`, got `explode`",
    ],
    [
      withActions({ ...CALL, failure_behavior: null }),
      "actions[0].failure_behavior: expected one of `abort`, `retry`, `skip`, got null",
    ],
    [
      withActions({ ...CALL, type: "toolcall" }),
      `actions[0].type: expected one of ${types}, got \`toolcall\`, did you mean \`tool_call\`?`,
    ],
    [withActions({ ...CALL, type: ["tool_call"] }), `actions[0].type: expected one of ${types}, got an array`],
    [withActions({ id: "a" }), `actions[0].type: is missing, expected one of ${types}`],
    [
      withActions({ ...CALL, compensation: { type: "tol" } }),
      "actions[0].compensation.type: expected one of `tool`, `action_ref`, got `tol`, did you mean `tool`?",
    ],
  ])("[IR-17] %j", (input, line) => {
    expect(linesIn(input)).toEqual([line]);
  });
});

describe("state actions", () => {
  const write = (parameters: unknown): unknown => withActions({ id: "w", type: "state_write", parameters });
  const assertion = (parameters: unknown): unknown => withActions({ id: "t", type: "assertion", parameters });

  it.each([
    [write({ key: "k" }), "actions[0].parameters.value: is missing, expected a JSON value"],
    [write({ key: "k", value: undefined }), "actions[0].parameters.value: is missing, expected a JSON value"],
    [write({ value: 1 }), "actions[0].parameters.key: is missing, expected a string or an object"],
    [write({ key: 5, value: 1 }), "actions[0].parameters.key: expected a string or an object, got a number"],
    [write({ key: "", value: 1 }), "actions[0].parameters.key: must not be empty"],
    [write({ key: {}, value: 1 }), "actions[0].parameters.key.$ref: is missing, expected a string"],
    [write(undefined), "actions[0].parameters: is missing, expected an object"],
    [
      assertion({ key: "k" }),
      "actions[0].parameters.expected: an assertion needs `expected`, except with `exists` and `not_exists`",
    ],
    [
      assertion({ key: "k", operator: "gt" }),
      "actions[0].parameters.expected: an assertion needs `expected`, except with `exists` and `not_exists`",
    ],
  ])("[IR-21] %j", (input, line) => {
    expect(linesIn(input)).toEqual([line]);
  });

  it.each([
    [write({ key: "k", value: null })],
    [write({ key: { $ref: "a.output.key" }, value: false })],
    [assertion({ key: "k", expected: null })],
    [assertion({ key: "k", operator: "exists" })],
    [assertion({ key: "k", operator: "not_exists" })],
  ])("[IR-21] accepts %j", (input) => {
    expect(parseProposal(input).actions).toHaveLength(1);
  });
});

describe("text that is not JSON", () => {
  it.each([
    ["", "not JSON at line 1, column 1: the text ends too early"],
    ['{"actions": [\n  {"id": "a",}\n]}', "not JSON at line 2, column 14: expected a name in double quotes, got `}`"],
    ["{'actions': []}", "not JSON at line 1, column 2: expected a name in double quotes, got `'`"],
    ["```json\n{}\n```", "not JSON at line 1, column 1: expected a value, got a backquote"],
    ["Here is the plan: {}", "not JSON at line 1, column 1: expected a value, got `Here`"],
    ['{"actions": [True]}', "not JSON at line 1, column 14: expected a value, got `True`"],
    ['{"a": 1}\r\n\r\n{"b": 2}', "not JSON at line 3, column 1: expected nothing after the value, got `{`"],
    ['{"a": "x', "not JSON at line 1, column 7: the string does not end"],
    ["\ufeff{}", "not JSON at line 1, column 1: expected a value, got U+FEFF"],
  ])("[IR-18] %j", (text, line) => {
    expect(linesIn(text)).toEqual([line]);
  });

  it("[IR-18] of two members with one name the last counts", () => {
    const text = '{"source":"first","actions":[{"id":"a","type":"tool_call","tool":"t"}],"source":"last"}';
    expect(parseProposal(text).source).toBe("last");
  });
});

describe("contents in messages", () => {
  it("[IR-22] are left out", () => {
    const secret = "sk-live-0123456789 and more that nobody should read";
    const input = {
      ...{ id: [secret], source: { secret }, context: secret, timestamp: secret, format_version: secret },
      ...withActions({ ...CALL, id: secret, failure_behavior: secret, timeout_ms: secret, parameters: secret }, secret),
    };
    expect(linesIn(input).join("\n")).not.toContain("sk-live");
    expect(linesIn(input)).toHaveLength(10);
  });

  it("[IR-22] are left out of texts that are not JSON, but for the word at which they fail", () => {
    expect(linesIn(`{"password": hunter2-${"x".repeat(10_000)}}`)).toEqual([
      "not JSON at line 1, column 14: expected a value, got `hunter`",
    ]);
  });
});
