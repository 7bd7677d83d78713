import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ecmaPattern } from "./ecma-pattern.js";

const CASES = Number(process.env["CAR_MCP_CASES"] ?? 300);

describe("ecmaPattern", () => {
  it.each([
    ["(?P<y>\\d{4})-(?P=y)", "(?<y>\\d{4})-\\k<y>"],
    ["\\Aab\\Z", "^ab$"],
    ["^[\\w-.]+$", "^[\\w\\-.]+$"],
    ["^[\\w\\-.]+$", "^[\\w\\-.]+$"],
    ["^\\@\\_a\\-b$", "^@_a-b$"],
    ["a{", "a\\{"],
    ["{name}", "\\{name\\}"],
    ["(?i)^ok$", "^[oO][kK\\u212a]$"],
    ["(?i)[a-c]", "[a-caAbBcC]"],
    ["(?s)a.b", "a[\\s\\S]b"],
    ["[[:alpha:]_]+", "[A-Za-z_]+"],
    ["a(?#a comment)b", "ab"],
    ["\\pL\\x{41}\\u0041", "\\p{L}\\u{41}\\u{41}"],
  ])("[TM-26] says `%s` as `%s`", (pattern, expected) => {
    expect(ecmaPattern(pattern)).toBe(expected);
    expect(() => new RegExp(expected, "u")).not.toThrow();
  });

  it.each([
    "(?>a+)b",
    "a++",
    "(?(1)a|b)",
    "(?x) a b",
    "(?m)^a$",
    "\\Ga",
    "a{,3}",
    "[a&&b]",
    "(?i)\u00e9",
    "(?R)",
    "[]a]",
  ])("[TM-26] leaves `%s`, which has no certain meaning here", (pattern) => {
    expect(ecmaPattern(pattern)).toBeUndefined();
  });

  it("[TM-26] matches the texts that the pattern matches without `u`, where that has a meaning", () => {
    const piece = fc.constantFrom(
      ...[
        "a",
        "b",
        ".",
        "\\d",
        "\\w",
        "\\-",
        "\\_",
        "\\.",
        "[ab]",
        "[^a-]",
        "[\\w-.]",
        "[.-\\d]",
        "(a|b)",
        "(?:ab)?",
        "a{2}",
      ],
      ...["b*", "x{", "}", "]", "^", "$", "\\b", "(?=a)", "(?!b)", "[\\-_]", "\\/", "\\:", "-"],
    );
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "x", "-", "_", ".", "1", "{", "}", "]", "/", ":"),
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 5 }),
        fc.array(text, { minLength: 4, maxLength: 4 }),
        (pieces, texts) => {
          const pattern = pieces.join("");
          let original: RegExp;
          try {
            original = new RegExp(pattern);
          } catch {
            return;
          }
          const translated = ecmaPattern(pattern);
          if (translated === undefined) return;
          const mine = new RegExp(translated, "u");
          for (const each of texts)
            expect([pattern, each, mine.test(each)]).toEqual([pattern, each, original.test(each)]);
        },
      ),
      { numRuns: CASES },
    );
  });
});
