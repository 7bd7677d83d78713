import type { JsonValue } from "@car/ir";
import { describe, expect, it } from "vitest";
import { compileParamTest } from "./param-test.js";
import { compileValueTest } from "./value-test.js";

/** 2 ** `levels` leaves in memory for `levels` objects: what a tree that shares its branches costs to walk. */
function bush(levels: number, leaf: JsonValue): JsonValue {
  let value: JsonValue = leaf;
  for (let level = 0; level < levels; level++) value = [value, value];
  return value;
}

/** Milliseconds of this process; what else the machine does is left out. */
function took(body: () => void): number {
  const begin = process.cpuUsage();
  body();
  return process.cpuUsage(begin).user / 1_000;
}

describe("compileValueTest", () => {
  it("[PO-42] gives up on a tree without end instead of walking it", () => {
    expect(compileValueTest({ contains: "x".repeat(1_000) }).some(bush(40, "y".repeat(1_000_000)))).toBe("unknown");
    expect(compileValueTest({ starts_with: "x" }).every(bush(40, "x".repeat(1_000_000)))).toBe("unknown");
  });

  it("[PO-42] finds what stands before the place where it gives up", () => {
    const long = "a".repeat(9_000_000);
    const test = compileValueTest({ contains: `${"b".repeat(200)}c` });
    expect(test.some(["b".repeat(200).concat("c"), long])).toBe("yes");
    expect(test.some([long, "b".repeat(200).concat("c")])).toBe("unknown");
  });

  it("[PO-42] searches 8 MB for an ordinary text, and 1 MB for an ordinary pattern", () => {
    const megabyte = "lorem ipsum ".repeat(87_382);
    expect(compileValueTest({ contains: "169.254.169.254" }).some(megabyte.repeat(8))).toBe("no");
    expect(compileValueTest({ matches: "(?i)passw(or)?d\\s*[=:]" }).some(megabyte)).toBe("no");
  });

  it("[PO-42] takes no longer than a few seconds for a pattern and a text made for each other", () => {
    const hard = compileValueTest({ matches: "[xy]*x[xy]{900}$" });
    const text = Array.from({ length: 30_000 }, (_, index) => ((index * 7_919) % 13 < 6 ? "x" : "y")).join("");
    let answer = "";
    expect(took(() => void (answer = hard.some(text)))).toBeLessThan(5_000);
    expect(answer).not.toBe("unknown");
    expect(took(() => void (answer = hard.some(text.repeat(100))))).toBeLessThan(100);
    expect(answer).toBe("unknown");
  });

  it("[PO-42] a test that gave up starts afresh with the next value", () => {
    const test = compileValueTest({ contains: "x".repeat(1_000) });
    expect(test.some("y".repeat(3_000_000))).toBe("unknown");
    expect(test.some("y")).toBe("no");
  });
});

describe("compileParamTest", () => {
  it("[PO-42] gives up on a path with too many branches", () => {
    const wide = Array.from({ length: 1_000 }, () => Array.from({ length: 200 }, () => ({ c: 1 })));
    const test = compileParamTest({ param: "a.*.*.c", equals: 2 });
    expect(test.some({ a: wide })).toBe("unknown");
    expect(test.every({ a: wide })).toBe("unknown");
    expect(test.some({ a: wide.slice(0, 10) })).toBe("no");
  });
});
