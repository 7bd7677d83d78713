import type { JsonValue } from "@car/ir";
import { isList } from "./schema-shapes.js";

/** Names of types that programming languages have, and what they are in JSON. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["int", "integer"],
  ["long", "integer"],
  ["float", "number"],
  ["double", "number"],
  ["decimal", "number"],
  ["str", "string"],
  ["bool", "boolean"],
  ["dict", "object"],
  ["list", "array"],
  ["none", "null"],
]);
const KNOWN: ReadonlySet<string> = new Set(["array", "boolean", "integer", "null", "number", "object", "string"]);

/**
 * A `type` in the words of JSON Schema; `undefined` where it says that any value will do. A word of which it is not certain what it
 * means stays as it is, and so makes the schema invalid.
 */
export function typeInWords(type: JsonValue): JsonValue | undefined {
  if (!isList(type)) return wordOf(type);
  const words = type.map(wordOf);
  if (words.includes(undefined)) return undefined;
  return [...new Set(words as JsonValue[])];
}

function wordOf(type: JsonValue): JsonValue | undefined {
  if (typeof type !== "string") return type;
  const lower = type.toLowerCase();
  if (lower === "any") return undefined;
  return KNOWN.has(lower) ? lower : (WORDS.get(lower) ?? type);
}

/** The same types, and null. */
export function orNull(type: JsonValue): JsonValue {
  const types = isList(type) ? type : [type];
  return types.includes("null") ? type : [...types, "null"];
}
