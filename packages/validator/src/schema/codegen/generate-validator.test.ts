import type { JsonValue } from "@car/ir";
import { describe, expect, it } from "vitest";
import { generateValidator } from "./generate-validator.js";

const accepts = (schema: JsonValue, value: unknown): boolean => generateValidator(schema as boolean)(value);

describe("generateValidator", () => {
  it.each(['"]; throw 1; //', "`${1}`", "\\", "\n", "\u2028", "\ud800", "a-b", ""])(
    "[VA-8] takes the name %j as a name, wherever it stands",
    (name) => {
      const schema = { properties: { [name]: { const: name } }, required: [name], additionalProperties: false };
      expect(accepts(schema, { [name]: name })).toBe(true);
      expect(accepts(schema, { [name]: `${name}x` })).toBe(false);
      expect(accepts(schema, {})).toBe(false);
      expect(accepts(schema, { [name]: name, other: 1 })).toBe(false);
    },
  );

  it.each<readonly [JsonValue, readonly unknown[], readonly unknown[]]>([
    [{ oneOf: [{ minimum: 1 }] }, [1, "a"], [0]],
    [{ oneOf: [{ minimum: 1 }, { maximum: 1 }] }, [0, 2], [1]],
    [{ if: { type: "number" }, then: { minimum: 1 } }, [1, "a"], [0]],
    [{ if: { type: "number" }, else: { const: "a" } }, [0, "a"], ["b"]],
    [{ prefixItems: [{ const: 1 }], items: { const: 2 } }, [[], [1], [1, 2, 2], "a"], [[2], [1, 1]]],
    [{ minLength: 2, maxLength: 2 }, ["ab", "\u{1f600}a", 1], ["\u{1f600}", "abc"]],
    [{ const: -0 }, [0, -0], [1]],
    [{ type: ["number", "null"] }, [1, null], [NaN, Infinity, undefined]],
    [{ additionalProperties: { type: "string" } }, [{ a: "b" }, [1]], [{ a: 1 }, { a: undefined }]],
  ])("[VA-8] accepts with %j exactly what fits", (schema, good, bad) => {
    expect(good.filter((value) => !accepts(schema, value))).toEqual([]);
    expect(bad.filter((value) => accepts(schema, value))).toEqual([]);
  });

  it("[VA-8] does not look at members that an object inherits", () => {
    const value = Object.create({ inherited: 1 }) as object;
    expect(accepts({ additionalProperties: false }, value)).toBe(true);
  });
});
