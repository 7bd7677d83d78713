import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { fitted, short } from "./fit.js";

const anyWords = fc
  .array(
    fc.string({
      unit: fc.constantFrom("a", "日", "👩‍👩‍👧", "é", "ｱ", "\u001b[1mb\u001b[22m"),
      minLength: 1,
      maxLength: 30,
    }),
  )
  .map((words) => words.join(" "));

describe("lines on a terminal", () => {
  it("[CLI-22] fit, whatever they are made of, and lose no word", () => {
    const law = fc.property(
      anyWords,
      fc.integer({ min: 8, max: 120 }),
      fc.integer({ min: 0, max: 20 }),
      (text, columns, hang) => {
        const lines = fitted(`  ${text}`, columns, hang);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        const seen = (all: string): string => all.replaceAll(/\s|\u001b\[\d+m/g, "");
        expect(seen(lines.join(""))).toBe(seen(text));
      },
    );
    fc.assert(law);
  });

  it("[CLI-22] are broken between words, and go on below where they began", () => {
    expect(fitted("  ✓ one two three four", 12, 4)).toEqual(["  ✓ one", "    two", "    three", "    four"]);
    expect(fitted(" \u001b[2m  7\u001b[22m one two", 8, 5)).toEqual([" \u001b[2m  7\u001b[22m", "    one", "    two"]);
    expect(fitted("日本 語日本", 6, 2)).toEqual(["日本", "  語日", "  本"]);
  });

  it("[CLI-22] are as long as they are where there is no terminal", () => {
    expect(fitted("a ".repeat(500), undefined, 4)).toEqual(["a ".repeat(500)]);
  });

  it("[CLI-22] are cut between characters", () => {
    expect(short("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5)).toBe("👩‍👩‍👧👩‍👩‍👧…");
    expect([short("abc", 3), short("abcd", 3), short("a\n b", 9)]).toEqual(["abc", "ab…", "a b"]);
    expect(stringWidth(short("x".repeat(10_000_000), 20))).toBeLessThanOrEqual(20);
  });
});
