import type { JsonObject } from "@car/ir";

/** Drafts of JSON Schema, by their age. */
export type Dialect = 4 | 6 | 7 | 2019 | 2020;

const NAMES: readonly (readonly [RegExp, Dialect])[] = [
  [/^https?:\/\/json-schema\.org\/draft-04\/(hyper-)?schema#?$/, 4],
  [/^https?:\/\/json-schema\.org\/draft-06\/(hyper-)?schema#?$/, 6],
  [/^https?:\/\/json-schema\.org\/draft-07\/(hyper-)?schema#?$/, 7],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/(hyper-)?schema#?$/, 2019],
];

/** What the draft before did not know, and so did not heed. */
const SINCE: ReadonlyMap<string, Dialect> = new Map<string, Dialect>([
  ["const", 6],
  ["contains", 6],
  ["propertyNames", 6],
  ["if", 7],
  ["then", 7],
  ["else", 7],
  ["$anchor", 2019],
  ["$recursiveAnchor", 2019],
  ["$recursiveRef", 2019],
  ["dependentRequired", 2019],
  ["dependentSchemas", 2019],
  ["maxContains", 2019],
  ["minContains", 2019],
  ["unevaluatedItems", 2019],
  ["unevaluatedProperties", 2019],
  ["$dynamicAnchor", 2020],
  ["$dynamicRef", 2020],
  ["prefixItems", 2020],
]);

/** The draft that a schema names; one that names none, or none that is known, is in that of the schema around it. */
export function dialectOf({ $schema }: JsonObject, around: Dialect): Dialect {
  return NAMES.find(([name]) => typeof $schema === "string" && name.test($schema))?.[1] ?? around;
}

/** Whether a draft heeds a keyword. Until 2019 everything beside a `$ref` was ignored. */
export function heeds(dialect: Dialect, keyword: string, schema: JsonObject): boolean {
  if (dialect < 2019 && typeof schema["$ref"] === "string") {
    return keyword === "$ref" || keyword === "definitions" || keyword === "$defs";
  }
  return (SINCE.get(keyword) ?? 4) <= dialect;
}
