import type { JsonObject, JsonValue } from "@car/ir";
import { isList, isObject, mapSubschemas } from "./schema-shapes.js";

/** Keywords that accept more when a schema below them accepts less, or that look at which of several accept. */
const CONTRARY: ReadonlySet<string> = new Set([
  "else",
  "if",
  "maxContains",
  "not",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/**
 * The schema without what may refuse more because another part of it checks less: what is left accepts whatever the original
 * accepts. `oneOf` is made `anyOf`.
 */
export function loosened(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const { oneOf, ...kept } = mapSubschemas(without(schema, CONTRARY), loosened);
  const { allOf = [] } = kept;
  // What is no list of schemas stays as it is, and makes the schema invalid.
  if (oneOf === undefined || !isList(allOf)) return kept;
  return { ...kept, allOf: [...allOf, { anyOf: oneOf }] };
}

/** The references in a schema. */
export function referencesIn(schema: JsonValue): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (inside: JsonObject): JsonValue => {
    for (const keyword of REFERENCES) if (typeof inside[keyword] === "string") found.add(inside[keyword]);
    mapSubschemas(inside, visit);
    return true;
  };
  if (isObject(schema)) visit(schema);
  return found;
}

/** The schema without some of its references: they accept anything. */
export function withoutReferences(schema: JsonValue, isDropped: (reference: string) => boolean): JsonValue {
  if (!isObject(schema)) return schema;
  const dropped = REFERENCES.filter((keyword) => {
    const reference = schema[keyword];
    return typeof reference === "string" && isDropped(reference);
  });
  return mapSubschemas(without(schema, new Set(dropped)), (inside) => withoutReferences(inside, isDropped));
}

const REFERENCES = ["$ref", "$dynamicRef"] as const;

function without(schema: JsonObject, keywords: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.has(keyword)));
}
