import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../config/limits.js";
import { CALL, linesIn, problemsIn, withActions } from "../testing/proposals.js";
import { parseProposal } from "./parse-proposal.js";

/** Generous: the machine may be busy. Without the bounds these inputs take minutes, or all memory, or the stack. */
const MOST_MS = 15_000;
const MANY = { ...DEFAULT_LIMITS, max_actions: 1_000_000 };

const wide = (count: number, part: string): string => `${part},`.repeat(count).slice(0, -1);
const call = (rest: string): string => `{"actions":[{"id":"a","type":"tool_call","tool":"t",${rest}}]}`;

const INPUTS: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["10 MB of nesting", () => "[".repeat(10_000_000), /^larger than 8388608 bytes$/],
  ["8 MB of arrays in one another", () => "[".repeat(8_000_000), /line 1, column 65: nested deeper than 64 levels$/],
  ["8 MB of objects in one another", () => '{"a":'.repeat(1_600_000), /column 321: nested deeper than 64 levels$/],
  ["60 kB of arrays in one another", () => "[".repeat(30_000) + "]".repeat(30_000), /nested deeper than 64 levels$/],
  ["nesting as a value", () => nested(100_000), /nested deeper than 64 levels$/],
  ["500,000 empty actions", () => `{"actions":[${wide(500_000, "{}")}]}`, /^actions\[0\]\.type: is missing/],
  [
    "a list of a million wrong entries",
    () => call(`"dependencies":[${wide(1_000_001, "1")}]`),
    /has more than 1000000 entries$/,
  ],
  [
    "a list of 200,000 wrong entries",
    () => call(`"dependencies":[${wide(200_000, "1")}]`),
    /there are too many problems$/,
  ],
  [
    "lists of wrong entries in many actions",
    () => wrongLists(100, 5_000),
    /^actions\[0\]\.read_set\[0\]: expected a string/,
  ],
  ["100,000 unknown fields", () => unknownFields(100_000), /unknown field/],
  ["a name of 4 MB", () => `{"${"x".repeat(4_000_000)}":1,"actions":[]}`, /unknown field/],
  ["a string of 8 MB without an end", () => `{"a":"${"\\n".repeat(4_000_000)}`, /the string does not end$/],
  ["a number of 8 MB without an end", () => `[${"1".repeat(8_000_000)}e`, /expected a digit, got the end of the text$/],
  ["a million line ends", () => "\n".repeat(1_000_000), /line 1000001, column 1: the text ends too early$/],
];

describe("inputs made to hurt", () => {
  it.each(INPUTS.map(([name, make, problem]) => ({ name, make, problem })))(
    "[IR-20] $name",
    ({ make, problem }) => {
      const input = make();
      const start = performance.now();
      const lines = linesIn(input, { limits: MANY });
      expect(performance.now() - start).toBeLessThan(MOST_MS);
      expect(lines.length).toBeLessThanOrEqual(101);
      expect(lines[0]).toMatch(problem);
    },
    60_000,
  );

  const manyActions = (count: number): unknown => {
    return { actions: Array.from({ length: count }, (_, index) => ({ ...CALL, id: `a${index}` })) };
  };

  it("[IR-19] [IR-20] 100,000 actions are refused without a look at them", () => {
    const start = performance.now();
    expect(linesIn(manyActions(100_000))).toEqual(["actions: has 100000 actions, at most 10000 are allowed"]);
    expect(performance.now() - start).toBeLessThan(MOST_MS);
  });

  it("[IR-20] 20,000 actions are parsed where they are allowed", () => {
    const start = performance.now();
    expect(parseProposal(manyActions(20_000), { limits: MANY }).actions).toHaveLength(20_000);
    expect(performance.now() - start).toBeLessThan(MOST_MS);
  });
});

describe("the number of problems", () => {
  it("[IR-20] more than 100 are cut, and said to be", () => {
    const problems = problemsIn(withActions(...Array.from({ length: 500 }, () => ({ ...CALL, foo: 1 }))));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toEqual({ path: "", message: "there are further problems" });
  });

  it("[IR-20] exactly 100 are all there", () => {
    const problems = problemsIn(withActions(...Array.from({ length: 100 }, () => ({ ...CALL, foo: 1 }))));
    expect(problems).toHaveLength(100);
    expect(problems.at(-1)?.path).toBe("actions[99].foo");
  });

  it("[IR-16] [IR-20] unknown fields without number are left out all the same", () => {
    const actions = Array.from({ length: 2_000 }, (_, index) => ({ ...CALL, id: `a${index}`, extra: 1 }));
    let warnings = 0;
    const parsed = parseProposal({ actions }, { unknownFields: "warn", onWarning: () => (warnings += 1) });
    expect(parsed.actions).toHaveLength(2_000);
    expect(warnings).toBe(101);
  });
});

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function wrongLists(actions: number, entries: number): unknown {
  return withActions(...Array.from({ length: actions }, () => ({ ...CALL, read_set: new Array(entries).fill(1) })));
}

function unknownFields(count: number): string {
  return `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join(",")}}`;
}
