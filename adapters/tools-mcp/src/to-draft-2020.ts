import type { JsonObject, JsonValue } from "@car/ir";
import { setOwn } from "@car/ir/internal";

const DRAFT_2020 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;

/** Keywords whose value is a schema. */
const ONE = new Set([
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
]);
/** Keywords whose value is a list of schemas. */
const LIST = new Set(["allOf", "anyOf", "items", "oneOf", "prefixItems"]);
/** Keywords whose value is an object of schemas. */
const MAP = new Set(["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"]);
/** What counts beside a `$ref` before 2019-09: nothing but the places that it may point to. */
const BESIDE_REF = new Set(["$ref", "$defs", "definitions"]);

/**
 * The same schema, said in JSON Schema 2020-12. Many servers still list draft-07, where tuples, `dependencies` and the
 * neighbours of `$ref` mean something else. A schema that names no dialect is taken for 2020-12, as the protocol says,
 * but for a list under `items`, which can only be an old tuple.
 */
export function toDraft2020(schema: JsonObject): JsonObject {
  const dialect = schema["$schema"];
  const old = typeof dialect === "string" && !DRAFT_2020.test(dialect);
  const { $schema: _dialect, ...rest } = schema;
  return objectSchema(rest, old);
}

function objectSchema(schema: JsonObject, old: boolean): JsonObject {
  const keepsOnlyRef = old && typeof schema["$ref"] === "string";
  const result: Record<string, JsonValue> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keepsOnlyRef && !BESIDE_REF.has(keyword)) continue;
    if (old && keyword === "dependencies" && isObject(value)) addDependencies(result, value);
    else setOwn(result, newKeyword(keyword, schema), newValue(keyword, value, old));
  }
  return result;
}

/** A tuple's list became `prefixItems`, and what is said about the items after it became `items`. */
function newKeyword(keyword: string, schema: JsonObject): string {
  if (!Array.isArray(schema["items"])) return keyword;
  if (keyword === "items") return "prefixItems";
  return keyword === "additionalItems" ? "items" : keyword;
}

function newValue(keyword: string, value: JsonValue, old: boolean): JsonValue {
  if (isList(value)) return LIST.has(keyword) ? value.map((item) => anySchema(item, old)) : value;
  if (ONE.has(keyword)) return anySchema(value, old);
  if (MAP.has(keyword) && isObject(value)) return mapValues(value, (schema) => anySchema(schema, old));
  return value;
}

/** `dependencies` holds names or schemas; today those are two keywords. */
function addDependencies(result: Record<string, JsonValue>, dependencies: JsonObject): void {
  const entries = Object.entries(dependencies);
  const names = entries.filter(([, value]) => isList(value));
  const schemas = entries.filter(([, value]) => !isList(value));
  if (names.length > 0) result["dependentRequired"] = fromEntries(names);
  if (schemas.length > 0) {
    result["dependentSchemas"] = fromEntries(schemas.map(([name, schema]) => [name, anySchema(schema, true)]));
  }
}

function anySchema(schema: JsonValue, old: boolean): JsonValue {
  return isObject(schema) ? objectSchema(schema, old) : schema;
}

function mapValues(object: JsonObject, map: (value: JsonValue) => JsonValue): JsonObject {
  return fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function fromEntries(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of entries) setOwn(result, key, value);
  return result;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
