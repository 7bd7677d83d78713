import type { JsonObject, JsonValue } from "@car/ir";

/** How a keyword holds its subschemas: one, a list, or a map from names. */
type Shape = "one" | "list" | "map";

/**
 * Every keyword whose value holds schemas. Identifiers count only there: an `$id` in an `enum` is data.
 * `definitions` and `dependencies` are older spellings that the 2020-12 meta-schema still describes.
 */
const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["$defs", "map"],
  ["definitions", "map"],
  ["dependencies", "map"],
  ["dependentSchemas", "map"],
  ["patternProperties", "map"],
  ["properties", "map"],
  ["allOf", "list"],
  ["anyOf", "list"],
  ["oneOf", "list"],
  ["prefixItems", "list"],
  ["additionalProperties", "one"],
  ["contains", "one"],
  ["contentSchema", "one"],
  ["else", "one"],
  ["if", "one"],
  ["items", "one"],
  ["not", "one"],
  ["propertyNames", "one"],
  ["then", "one"],
  ["unevaluatedItems", "one"],
  ["unevaluatedProperties", "one"],
]);

/** The schemas that are objects and stand directly inside `schema`. */
export function subschemasOf(schema: JsonObject): readonly JsonObject[] {
  return Object.entries(schema).flatMap(([keyword, value]) => candidates(keyword, value).filter(isJsonObject));
}

/** True for `{...}`, false for arrays and null. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function candidates(keyword: string, value: JsonValue): readonly JsonValue[] {
  switch (SHAPES.get(keyword)) {
    case undefined:
      return [];
    case "one":
      return [value];
    case "list":
      return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
    case "map":
      return isJsonObject(value) ? Object.values(value) : [];
  }
}
