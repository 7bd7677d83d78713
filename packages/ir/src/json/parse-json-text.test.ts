import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { JsonInvalidError } from "../errors/plain-errors.js";
import { parseJsonText } from "./parse-json-text.js";

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("parseJsonText", () => {
  it("[IR-63] gives the value of any JSON text", () => {
    const same = (value: unknown): void => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(parseJsonText(text))).toBe(text);
    };
    fc.assert(fc.property(anyJson, same), LAW);
  });

  it("[IR-63] keeps members that are called `__proto__`", () => {
    expect(JSON.stringify(parseJsonText('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });

  it.each([
    ['{"a":9007199254740993}', "the integer 9007199254740993 has more digits than a number keeps"],
    ["", "it is no JSON"],
    ["{", "it is no JSON"],
    ['{"a":1} x', "it is no JSON"],
    ["1e999", "a number is not finite"],
    ['{"a":[0,-1e999]}', "a[1]: a number is not finite"],
    ['"\\ud800"', "a lone surrogate has no UTF-8 form"],
    ['{"a":"\\udc00x"}', "a: a lone surrogate has no UTF-8 form"],
    [`{"a":${nested(1_000)}}`, /^a(\[0\])+: nested deeper than 1000 levels$/],
  ])("[IR-63] refuses what no writer puts out, with the path: %.40s", (text, message) => {
    expect(() => parseJsonText(text)).toThrow(JsonInvalidError);
    expect(() => parseJsonText(text)).toThrow(message);
    expect(parseJsonText(nested(1_000))).toEqual([expect.anything()]);
  });
});
