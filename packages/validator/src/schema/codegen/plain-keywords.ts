import type { JsonObject, JsonValue } from "@car/ir";
import { memberName } from "../value/instance.js";

/** A schema of the few keywords that the code generator is trusted with: no references, no names, no annotations. */
export type PlainSchema = JsonObject | boolean;

/** Rewrites a keyword's value; `undefined` when this value must not go to the code generator. */
export type PlainKeyword = (value: JsonValue, inside: (schema: JsonValue) => PlainSchema) => JsonValue | undefined;

/** Longer lists are faster in a set, which generated code does not use. */
const MAX_ENUM = 64;

const same: PlainKeyword = (value) => value;
const one: PlainKeyword = (value, inside) => inside(value);
const list: PlainKeyword = (value, inside) => (value as readonly JsonValue[]).map(inside);

/** Every keyword that generated code may check. A schema with any other goes to the interpreter. */
export const PLAIN_KEYWORDS: ReadonlyMap<string, PlainKeyword> = new Map<string, PlainKeyword>([
  ["type", same],
  ["enum", (values) => (areFewScalars(values as readonly JsonValue[]) ? values : undefined)],
  ["const", (value) => (isScalar(value) ? value : undefined)],
  ["minimum", same],
  ["maximum", same],
  ["exclusiveMinimum", same],
  ["exclusiveMaximum", same],
  ["minLength", same],
  ["maxLength", same],
  ["minItems", same],
  ["maxItems", same],
  ["minProperties", same],
  ["maxProperties", same],
  ["required", (names) => ((names as readonly string[]).some(isOnPrototype) ? undefined : names)],
  ["properties", members],
  ["additionalProperties", one],
  ["items", one],
  ["prefixItems", list],
  ["allOf", list],
  ["anyOf", list],
  ["oneOf", list],
  ["not", one],
]);

function members(value: JsonValue, inside: (schema: JsonValue) => PlainSchema): JsonObject | undefined {
  const entries = Object.entries(value as JsonObject);
  // Generated code asks `d.constructor`, which every object answers.
  if (entries.some(([name]) => isOnPrototype(name))) return undefined;
  return Object.fromEntries(entries.map(([name, schema]) => [name, inside(schema)]));
}

function areFewScalars(values: readonly JsonValue[]): boolean {
  return values.length > 0 && values.length <= MAX_ENUM && values.every(isScalar);
}

function isScalar(value: JsonValue): boolean {
  return typeof value !== "object" || value === null;
}

function isOnPrototype(name: string): boolean {
  return memberName(name).isOnPrototype;
}
