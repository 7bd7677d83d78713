import fc from "fast-check";
import type { JsonValue } from "../json/json-value.js";
import { setOwn } from "../json/set-own.js";

/** How often a law is tried. */
export const LAW = { numRuns: Number(process.env["CAR_FUZZ_RUNS"] ?? 500) };

/** Well-formed text, from plain words to anything Unicode has. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
);

/** Names of members, among them those that a careless assignment would lose and those that sort as numbers. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  anyText,
  fc.constantFrom("__proto__", "constructor", "prototype", "toJSON", "length", "10", "9", "a", "b", "$ref", "$$ref"),
);

const leaf: fc.Arbitrary<JsonValue> = fc.oneof(
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);

/** Any JSON value, with the members of an object in any order. */
export const anyJson: fc.Arbitrary<JsonValue> = jsonOf(leaf);

/** JSON values over the given leaves. */
export function jsonOf(leaves: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaves,
      fc.array(tie("value"), { maxLength: 5 }),
      fc.array(fc.tuple(anyName, tie("value")), { maxLength: 5 }).map(objectOf),
    ),
  })).value;
}

function objectOf(members: readonly (readonly [string, JsonValue])[]): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const [name, value] of members) setOwn(object, name, value);
  return object;
}
