import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { measureJson } from "./measure-json.js";
import type { JsonValue } from "./json-value.js";

const roomy = { maxDepth: 64, maxBytes: 1_000_000 };

describe("measureJson", () => {
  it("[IR-41] never counts more bytes than the text has", () => {
    const law = fc.property(anyJson, (value) => {
      const maxBytes = new TextEncoder().encode(JSON.stringify(value)).length;
      return typeof measureJson(value, { maxDepth: 1_000, maxBytes }) === "number";
    });
    fc.assert(law, LAW);
  });

  it("[IR-41] counts a part once for each place where it stands, and stops at the limit", () => {
    let value: JsonValue = ["x".repeat(100)];
    for (let level = 0; level < 60; level++) value = [value, value];
    expect(measureJson(value, roomy)).toBe("maxBytes");
  });

  it.each<[JsonValue, number, string | undefined]>([
    [[[[]]], 3, undefined],
    [[[[]]], 2, "maxDepth"],
    [{ a: { b: 1 } }, 1, "maxDepth"],
    ["text", 1, undefined],
  ])("[IR-41] %j with %i levels: %s", (value, maxDepth, expected) => {
    const found = measureJson(value, { ...roomy, maxDepth });
    expect(typeof found === "number" ? undefined : found).toBe(expected);
  });

  it("[IR-41] [2.1] counts a member `__proto__` like any other", () => {
    const value = JSON.parse(`{"__proto__": ["${"x".repeat(50)}"]}`) as JsonValue;
    expect(measureJson(value, { maxDepth: 8, maxBytes: 40 })).toBe("maxBytes");
  });
});
