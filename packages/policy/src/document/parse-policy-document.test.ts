import { PolicyDocumentInvalidError, type PolicyDocumentProblem } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rulePolicy } from "../rule-policy.js";
import { parsePolicyDocument, type PolicyFormat } from "./parse-policy-document.js";

/** The problems of a text, without the messages' wording. */
function problemsOf(text: string, format: PolicyFormat): readonly PolicyDocumentProblem[] {
  try {
    parsePolicyDocument(text, { format, file: `rules.${format}` });
  } catch (error) {
    if (error instanceof PolicyDocumentInvalidError) return error.problems;
    throw error;
  }
  return [];
}

const placesOf = (text: string, format: PolicyFormat): unknown[] =>
  problemsOf(text, format).map(({ line, column, path }) => [line, column, path]);

const YAML = `version: 1
default: permit
rules:
  - type: deny_tool
    tol: shell
  - type: deny_tol
    tool: shell
  - { type: deny_tool_param, tool: http, param: url, matches: "(" }
  - type: rate_limit_tool
    tool: http
    max_calls: -1
    interval_ms: 10
`;

const TOML = `version = 1 # the only one
default = "permit"

[[rules]]
type = "deny_tool"
tol = "shell"

[[rules]]
type = "require_approval"
tool = """
deploy"""
[[rules.when]]
param = "a"
gtt = 1

[[rules]]
  type = 'deny_tool_param'
  "tool" = "http"
  param = [ "a.b", # [[rules]] in a comment
    "c" ]
  matches = "("
`;

const JSON_TEXT = `{
  "version": 1,
  "rules": [
    { "type": "deny_tool",
      "tol": "shell" },
    7
  ]
}`;

describe("parsePolicyDocument", () => {
  it("[PO-51] [6.2] names file, line, column and path of every problem in YAML", () => {
    expect(problemsOf(YAML, "yaml")).toEqual([
      expect.objectContaining({ file: "rules.yaml", line: 2, column: 1, path: "default" }),
      expect.objectContaining({ line: 4, column: 5, path: "rules[0].tool" }),
      expect.objectContaining({ line: 5, column: 5, path: "rules[0].tol", did_you_mean: "tool" }),
      expect.objectContaining({ line: 6, column: 5, path: "rules[1].type", did_you_mean: "deny_tool" }),
      expect.objectContaining({ line: 8, column: 54, path: "rules[2].matches" }),
      expect.objectContaining({ line: 11, column: 5, path: "rules[3].max_calls" }),
    ]);
  });

  it("[PO-51] [6.2] names the line of every problem in TOML", () => {
    expect(placesOf(TOML, "toml")).toEqual([
      [2, undefined, "default"],
      [4, undefined, "rules[0].tool"],
      [6, undefined, "rules[0].tol"],
      [12, undefined, "rules[1].when[0]"],
      [14, undefined, "rules[1].when[0].gtt"],
      [21, undefined, "rules[2].matches"],
    ]);
  });

  it("[PO-51] [6.2] names line and column of every problem in JSON", () => {
    expect(placesOf(JSON_TEXT, "json")).toEqual([
      [4, 5, "rules[0].tool"],
      [5, 7, "rules[0].tol"],
      [6, 5, "rules[1]"],
    ]);
  });

  it.each<[PolicyFormat, string, [line: number, column: number]]>([
    ["yaml", "version: 1\nrules: [", [2, 9]],
    ["yaml", "version: 1\nrules: []\n---\nversion: 1", [3, 1]],
    ["yaml", "version: 1\nrules: *nothing", [2, 8]],
    ["yaml", "version: 1\nrules: !custom []", [2, 8]],
    ["yaml", "version: 1\r\nrules: []\r\n1: x", [3, 1]],
    ["toml", "version = 1\nrules = [", [2, 9]],
    ["toml", "version = 1\nversion = 2", [2, 1]],
    ["json", '{"version":1,\n"rules":[}', [2, 10]],
    ["json", '{"version":1}\nx', [2, 1]],
  ])("[PO-51] [6.2] names the place of what is no %s: %j", (format, text, place) => {
    expect(placesOf(text, format)).toEqual([[...place, expect.any(String)]]);
  });

  it("[PO-51] shows all that is known in one line of text", () => {
    const parse = (): unknown => parsePolicyDocument("version: 1\nrule: []", { format: "yaml", file: "a/rules.yaml" });
    expect(parse).toThrow("a/rules.yaml:2:1: rule: unknown field, did you mean `rules`?");
  });

  it.each<[PolicyFormat, string]>([
    ["yaml", "version: 1\nrules: []\nrules: []"],
    ["json", '{"version":1,"rules":[{"type":"deny_tool","tool":"a","tool":"b"}]}'],
    ["toml", 'version = 1\n[[rules]]\ntype = "deny_tool"\ntool = "a"\ntool = "b"'],
  ])("[PO-52] a name that stands twice in one object is an error in %s", (format, text) => {
    expect(problemsOf(text, format)).not.toEqual([]);
  });

  it("[PO-52] a field of another rule is unknown here", () => {
    const text = '{"version":1,"rules":[{"type":"deny_tool","tool":"a","max_calls":3}]}';
    expect(placesOf(text, "json")).toEqual([[1, 54, "rules[0].max_calls"]]);
  });

  it.each<[PolicyFormat, string]>([
    ["yaml", "version: 1\nrules: [{type: deny_tool_param, tool: t, param: p, equals: {__proto__: {admin: true}}}]"],
    [
      "json",
      '{"version":1,"rules":[{"type":"deny_tool_param","tool":"t","param":"p","equals":{"__proto__":{"admin":true}}}]}',
    ],
    [
      "toml",
      'version = 1\n[[rules]]\ntype = "deny_tool_param"\ntool = "t"\nparam = "p"\nequals.__proto__.admin = true',
    ],
  ])("[PO-57] `__proto__` is a name like others in %s", (format, text) => {
    const [rule] = parsePolicyDocument(text, { format }).rules;
    expect(JSON.stringify(rule)).toContain('"equals":{"__proto__":{"admin":true}}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each<[PolicyFormat, string]>([
    ["yaml", "version: 1\nrules: []\n__proto__: 1"],
    ["json", '{"version":1,"rules":[],"__proto__":1}'],
    ["toml", "version = 1\nrules = []\n__proto__ = 1"],
  ])("[PO-57] `__proto__` is no field of a policy in %s", (format, text) => {
    expect(problemsOf(text, format)).toMatchObject([{ path: "__proto__" }]);
  });

  it.each<[PolicyFormat, string]>([
    ["yaml", "equals: .nan"],
    ["yaml", "equals: !!binary aGk="],
    ["toml", "equals = nan"],
    ["toml", "equals = 9007199254740993"],
  ])("[PO-50] what JSON does not have is refused in %s: %s", (format, member) => {
    const [start, end] = format === "yaml" ? ["version: 1\nrules: [{", "}]"] : ["version = 1\nrules = [{", "}]"];
    expect(problemsOf(`${start}${member}${end}`, format)).not.toEqual([]);
  });

  it("[PO-50] a byte order mark changes nothing", () => {
    expect(problemsOf('\ufeff{"version":1,"rules":[]}', "json")).toEqual([]);
  });
});

const VALID: Readonly<Record<PolicyFormat, string>> = {
  yaml: YAML.replace("permit", "deny")
    .replace("tol:", "tool:")
    .replace("deny_tol\n", "deny_tool\n")
    .replace('"("', "x")
    .replace("-1", "1"),
  toml: TOML.replace("permit", "deny").replace("tol =", "tool =").replace("gtt", "gt").replace('"("', '"x"'),
  json: JSON_TEXT.replace("tol", "tool").replace("7", '{"type":"allow_tool","tool":"a"}'),
};

/** Texts that are costly for parsers that were not made for them. */
const NASTY = [
  "[",
  "{",
  "{a: ",
  "- ",
  "? ",
  "[a, ",
  "- [\n",
  "a: ",
  "&a ",
  "*a ",
  "]",
  '"',
  "'",
  "\\",
  "[[a]]\n",
  "a.",
  "# ",
  "|\n",
  "!",
];

// Generous: the work is bounded, the share of the machine is not.
describe("parsePolicyDocument with any text", { timeout: 60_000 }, () => {
  for (const format of ["yaml", "toml", "json"] as const) {
    it(`[PO-53] gives rules or PolicyDocumentInvalidError, and nothing else, in ${format}`, () => {
      expect(problemsOf(VALID[format], format)).toEqual([]);
      fc.assert(
        fc.property(anyEdited(VALID[format]), (text) => {
          if (problemsOf(text, format).length === 0) rulePolicy(parsePolicyDocument(text, { format }));
        }),
        { numRuns: 100 },
      );
    });

    it(`[PO-53] takes bounded time for texts made to waste it, in ${format}`, () => {
      for (const piece of NASTY) {
        const begin = process.cpuUsage();
        expect(problemsOf(piece.repeat(5_000 / piece.length), format)).not.toEqual([]);
        expect(process.cpuUsage(begin).user / 1_000, piece).toBeLessThan(2_000);
      }
    });

    it(`[PO-53] refuses what is too long, in ${format}`, () => {
      expect(problemsOf(" ".repeat(300_000), format)).toMatchObject([{ path: "" }]);
    });
  }

  it("[PO-53] aliases do not multiply without end", () => {
    const levels = Array.from({ length: 12 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]`);
    expect(problemsOf(["l0: &l0 x", ...levels].join("\n"), "yaml")).not.toEqual([]);
    expect(problemsOf("version: 1\nrules: &r [*r]", "yaml")).not.toEqual([]);
  });

  it("[PO-53] reports a hundred problems and says that there are more", () => {
    const rules = Array.from({ length: 500 }, () => '{"type":"deny_tool"}');
    const problems = problemsOf(`{"version":1,"rules":[${rules.join(",")}]}`, "json");
    expect(problems).toHaveLength(101);
  });
});

function anyEdited(text: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(text.length),
    removed: fc.nat(12),
    added: fc.oneof(
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.constantFrom(...NASTY, "\n", "\t", "{}", "1e999", "~"),
    ),
  });
  const edited = fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce((left, { at, removed, added }) => left.slice(0, at) + added + left.slice(at + removed), text),
    );
  return fc.oneof(
    { weight: 4, arbitrary: edited },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  );
}
