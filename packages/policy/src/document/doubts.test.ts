import { describe, expect, it } from "vitest";
import { PolicyDocumentInvalidError } from "@car/ir";
import { parsePolicyDocument, type PolicyFormat } from "./parse-policy-document.js";

const HEAD = "version: 1\ndefault: allow\nrules:\n";
const rulesOf = (rule: string): readonly unknown[] => parsePolicyDocument(HEAD + rule, { format: "yaml" }).rules;

function problemsOf(text: string, format: PolicyFormat = "yaml"): readonly object[] {
  try {
    return expect.fail(JSON.stringify(parsePolicyDocument(text, { format })));
  } catch (error) {
    if (!(error instanceof PolicyDocumentInvalidError)) throw error;
    return error.problems;
  }
}

describe("values that may mean several things", () => {
  it.each([
    ["no", ["no", false]],
    ["NO", ["NO", false]],
    ["Yes", ["Yes", true]],
    ["off", ["off", false]],
    ["0755", [755, "0755", 493]],
    ["089", [89, "089"]],
    ["1.10", [1.1, "1.10"]],
    ["12e5", [1_200_000, "12e5"]],
    ["0x1f", [31, "0x1f"]],
    ["0o17", [15, "0o17"]],
    [".50", [0.5, ".50"]],
    ["+420123456789", [420_123_456_789, "+420123456789"]],
  ])("[PO-114] `%s` is met as all of them where a rule forbids or asks", (written, readings) => {
    expect(rulesOf(`  - {type: deny_tool_param, tool: t, param: p, equals: ${written}}\n`)).toMatchObject([
      { one_of: readings },
    ]);
    expect(rulesOf(`  - {type: deny_tool_param, tool: t, param: p, one_of: [1, ${written}]}\n`)).toMatchObject([
      { one_of: [1, ...readings] },
    ]);
    expect(
      rulesOf(`  - {type: require_approval, tool: t, when: [{param: p, equals: ${written}}, {param: q, gt: 1}]}\n`),
    ).toMatchObject([{ when: [{ one_of: readings }, { gt: 1 }] }]);
  });

  it.each(['"no"', "'0755'", "true", "null", "~", "22:22", "2024-01-01", "1.5", "10", "note", "y"])(
    "[PO-114] `%s` is certain",
    (written) => {
      expect(rulesOf(`  - {type: deny_tool_param, tool: t, param: p, equals: ${written}}\n`)[0]).toHaveProperty(
        "equals",
      );
    },
  );

  it.each([
    [
      "  - {type: allow_tool_param, tool: t, param: p, equals: no}\n",
      "rules[0].equals",
      '`no` may mean `"no"` or `false`: write the one that is meant',
    ],
    [
      "  - {type: deny_tool_param, tool: t, param: p, equals: {a: 1.10}}\n",
      "rules[0].equals.a",
      '`1.10` may mean `1.1` or `"1.10"`: write the one that is meant',
    ],
  ])("[PO-114] where one would let more through the file has to say which: %s", (rule, path, message) => {
    expect(problemsOf(HEAD + rule)).toMatchObject([{ line: 4, path, message }]);
  });

  it("[PO-114] a name is the text that stands there", () => {
    expect(rulesOf("  - {type: deny_tool, tool: no}\n")).toMatchObject([{ tool: "no" }]);
  });

  const LOST = "9007199254740993";
  it.each<[PolicyFormat, string]>([
    ["yaml", `${HEAD}  - {type: deny_tool_param, tool: t, param: p, equals: ${LOST}}\n`],
    [
      "json",
      `{"version":1,"default":"allow","rules":[{"type":"deny_tool_param","tool":"t","param":"p","equals":${LOST}}]}`,
    ],
    [
      "toml",
      `version = 1\ndefault = "allow"\n[[rules]]\ntype = "deny_tool_param"\ntool = "t"\nparam = "p"\nequals = ${LOST}\n`,
    ],
  ])("[PO-115] an integer that would lose digits is refused with its place in %s", (format, text) => {
    expect(problemsOf(text, format)).toMatchObject([{ line: expect.any(Number) as number }]);
  });

  it("[PO-115] so is one in hexadecimal, as it was written", () => {
    const address = "0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae";
    expect(problemsOf(`${HEAD}  - {type: deny_tool_param, tool: t, param: to, equals: ${address}}\n`)).toMatchObject([
      { path: "rules[0].equals", message: expect.stringContaining("the integer 0xde0b29566") as string },
    ]);
  });
});
