import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinearMatcher } from "./linear-matcher.js";
import { linearProgram } from "./linear-program.js";
import { parsePattern } from "./parse-pattern.js";
import { compilePattern } from "./pattern.js";
import { nativeSource } from "./pattern-source.js";

const matches = (source: string, text: string): boolean => compilePattern(source).test(text);

describe("compilePattern", () => {
  it.each([
    ["^[a-z0-9_-]+$", "a-b_1", true],
    ["^[a-z0-9_-]+$", "a b", false],
    ["b", "abc", true],
    ["^.$", "\u{1f600}", true],
    ["^\\u{1f600}\\ud83d\\ude00$", "\u{1f600}\u{1f600}", true],
    ["^\\p{Letter}+$", "d\u00e9j\u00e0", true],
    ["^\\p{Script=Greek}$", "\u03b1", true],
    ["^\\s$", "\ufeff", true],
    ["^\\S$", "\u2003", false],
    ["^\\d$", "\u0661", false],
    ["^\\w$", "\u00e9", false],
    ["^a$", "a\n", false],
    ["^.$", "\u2028", false],
    ["^\\cA\\x02\\u0003\\0$", "\u0001\u0002\u0003\u0000", true],
    ["^[\\b\\-\\]^]$", "\b", true],
    ["^[]$", "a", false],
    ["^[^]$", "\n", true],
    ["^(?<year>\\d{4})-\\k<year>$", "2024-2024", true],
    ["^(?!.*secret)[a-z]+$", "open", true],
    ["^(?!.*secret)[a-z]+$", "a-secret", false],
    ["(?<=\\$)\\d+", "$5", true],
    ["^a{2}b{1,}c{0,2}?d??$", "aabbc", true],
    ["^(?:a|b|)c$", "c", true],
  ])("[VA-30] %s on %j: %j", (source, text, expected) => {
    expect(matches(source, text)).toBe(expected);
  });

  it.each([
    ["^\\-\\_\\@$", "-_@"],
    ["^[\\w-.]$", "."],
    ["^{a}]$", "{a}]"],
    ["^a{,2}$", "a{,2}"],
  ])("[VA-30] reads %s, which only the `u` flag refuses, as it is meant", (source, text) => {
    expect(() => new RegExp(source, "u")).toThrow();
    expect(matches(source, text)).toBe(true);
  });

  it.each([
    "(",
    ")",
    "[a",
    "a**",
    "+",
    "a{2,1}",
    "[z-a]",
    "\\",
    "^\\S+\\Z",
    "\\A",
    "(?i:a)",
    "(?P<n>a)",
    "\\u{110000}",
  ])("[VA-30] refuses %s", (source) => {
    expect(() => compilePattern(source)).toThrow(expect.objectContaining({ code: "CAR_SCHEMA_INVALID" }));
  });

  it.each(["^(?=(a+)+$)", "^(a+)+\\1$", "(?!(.*.*.*.*x))"])(
    "[VA-30] refuses %s, which needs backtracking and may take exponential or high polynomial time",
    (source) => {
      expect(() => compilePattern(source)).toThrow("needs backtracking");
    },
  );

  it("[VA-30] refuses a pattern that is too long or too deep", () => {
    expect(() => compilePattern("a".repeat(10_001))).toThrow("longer than");
    expect(() => compilePattern("(".repeat(5_000) + ")".repeat(5_000))).toThrow("nested too deeply");
  });

  it.each(["^(a+)+$", "^(a|a)*$", "(a*)*b", "^(a?){30}a{30}$", "(.*a){20}", "\\s+$", "^(([a-z])+.)+[A-Z]([a-z])+$"])(
    "[2.1] [VA-30] answers %s on 200,000 hostile characters at once",
    (source) => {
      const { test } = compilePattern(source);
      const before = performance.now();
      for (const text of ["a", " ", "ab", "aA"].map((unit) => `${unit.repeat(100_000)}!`)) test(text);
      expect(performance.now() - before).toBeLessThan(2_000);
    },
  );

  it.each(["(a{100}){200}", "(){9999}", "(((){99}){99}){99}", "(a|b?){20000}"])(
    "[2.1] [VA-30] refuses a long text for %s, whose steps are too many",
    (source) => {
      expect(() => compilePattern(source).test("c".repeat(70_000))).toThrow("of this size");
    },
  );

  it("[VA-30] decides for a long text what only it has: lone surrogates, any property, boundaries", () => {
    const long = "a".repeat(70_000);
    expect(matches("\\ud800$", `${long}\ud800`)).toBe(true);
    expect(matches("\\ud83d", `${long}\u{1f600}`)).toBe(false);
    expect(matches("\\p{Emoji_Presentation}$", `${long}\u{1f600}`)).toBe(true);
    expect(matches("\\bb$", `${long} b`)).toBe(true);
    expect(matches("\\Bb$", `${long} b`)).toBe(false);
    expect(matches("^b|c^", long)).toBe(false);
  });

  it("[2.1] [VA-30] answers for a text of which hardly any two places are alike", () => {
    const words = Array.from({ length: 20_000 }, (_, index) => ((index * index * 7_919) % 1_000_003).toString(2));
    const hostile = words.join("").replaceAll("0", "a").replaceAll("1", "b");
    const { test } = compilePattern("(a|b)*a(a|b){300}c");
    const before = performance.now();
    expect(test(`${hostile}a${"b".repeat(300)}c`)).toBe(true);
    expect(test(`${hostile}b${"b".repeat(300)}c`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(60_000);
  });

  it("[2.1] [VA-30] knows a repetition however large its bounds are", () => {
    expect(matches("^a{1,1000000}$", "a".repeat(1_000))).toBe(true);
    expect(matches("^a{2,10000000000}$", "a")).toBe(false);
    const before = performance.now();
    expect(() => compilePattern("^(a|a){1,1000000}$").test(`${"a".repeat(40)}b`)).toThrow();
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it("[2.1] [VA-30] gives up on a text that would keep it for long", () => {
    const text = Array.from({ length: 100_000 }, (_, index) => ((index * index * 7_919) % 1_000_003) % 2 === 0).map(
      (even) => (even ? "a" : "b"),
    );
    expect(() => compilePattern("^[ab]*a[ab]{3000}c$").test(text.join(""))).toThrow("takes too long");
  });

  it("[2.1] [VA-30] answers 20,000 short hostile texts at once", () => {
    const before = performance.now();
    for (const source of ["^(a+)+$", "^(a|aa)+$", "^a*a*a*a*b$"]) {
      const { test } = compilePattern(source);
      for (let length = 0; length < 20_000; length++) test(`${"a".repeat(length % 64)}!`);
    }
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

describe("the two matchers", () => {
  const atom = fc.constantFrom(
    ...[
      "a",
      "b",
      "\\d",
      "\\D",
      "\\w",
      "\\W",
      "\\s",
      "\\S",
      ".",
      "[ab]",
      "[^ab]",
      "[\\s\\d]",
      "[^\\W]",
      "[\\D-]",
      "\\.",
    ],
    ...[
      "\\u00e9",
      "\\ud83d",
      "\u{1f600}",
      "[\u{1f600}-\u{1f610}]",
      "\\p{L}",
      "\\P{Lu}",
      "\\b",
      "^",
      "$",
      "[]",
      "[^]",
      "\\-",
      "[[a]",
    ],
  );
  const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?");
  const isAssertion = (source: string): boolean => ["\\b", "^", "$"].includes(source);
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.tuple(atom, quantifier).map(([one, times]) => (isAssertion(one) ? one : one + times)),
      fc.array(tie("pattern"), { maxLength: 3 }).map((parts) => parts.join("")),
      fc.tuple(tie("pattern"), tie("pattern")).map(([one, other]) => `(?:${one}|${other})`),
      fc.tuple(tie("pattern"), quantifier).map(([one, times]) => `(${one})${times}`),
    ),
  }));
  const text = fc.string({
    unit: fc.constantFrom(
      "a",
      "b",
      "A",
      "1",
      " ",
      "\n",
      "\u2028",
      "\ud83d",
      "\u00e9",
      "\u{1f600}",
      "-",
      ".",
      "_",
      "\u00a0",
      "[",
    ),
    maxLength: 12,
  });

  it("[VA-30] agree on generated patterns and texts, as does the pattern written anew", () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 5 }), (source, texts) => {
        const node = parsePattern(source);
        const native = new RegExp(nativeSource(node), "u");
        const linear = new LinearMatcher(linearProgram(node));
        const compiled = compilePattern(source);
        for (const sample of texts) {
          const expected = [sample, native.test(sample)];
          expect([sample, linear.test(sample)]).toEqual(expected);
          expect([sample, compiled.test(sample)]).toEqual(expected);
        }
      }),
      { numRuns: 150 },
    );
  });
});
