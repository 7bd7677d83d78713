import type { JsonObject, JsonValue } from "@car/ir";
import { setOwn } from "@car/ir/internal";

/** Keywords whose value is a schema. */
export const ONE: ReadonlySet<string> = new Set([
  "additionalItems",
  "additionalProperties",
  "contains",
  "contentSchema",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);
/** Keywords whose value is a list of schemas. */
export const LIST: ReadonlySet<string> = new Set(["allOf", "anyOf", "items", "oneOf", "prefixItems"]);
/** Keywords whose value is an object of schemas. */
export const MAP: ReadonlySet<string> = new Set([
  "$defs",
  "definitions",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** The schema with every schema that stands directly inside it mapped. */
export function mapSubschemas(schema: JsonObject, map: (schema: JsonObject) => JsonValue): JsonObject {
  const mapped = (value: JsonValue): JsonValue => (isObject(value) ? map(value) : value);
  return fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (ONE.has(keyword) && isObject(value)) return [keyword, map(value)];
      if (LIST.has(keyword) && isList(value)) return [keyword, value.map(mapped)];
      if (MAP.has(keyword) && isObject(value)) return [keyword, mapValues(value, mapped)];
      return [keyword, value];
    }),
  );
}

export function mapValues(object: JsonObject, map: (value: JsonValue) => JsonValue): JsonObject {
  return fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

/** An object with these members, one called `__proto__` too. */
export function fromEntries(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of entries) setOwn(result, key, value);
  return result;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
