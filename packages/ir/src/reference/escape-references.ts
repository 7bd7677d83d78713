import type { JsonArray, JsonObject, JsonValue } from "../json/json-value.js";
import { setOwn } from "../json/set-own.js";
import { ACTION_NOTATION, bracedMarks, matchersOf } from "./reference-text.js";

const { whole, bare, braced } = matchersOf(ACTION_NOTATION);

/**
 * The value to write into an action's parameters so that it arrives there as it is, even where it looks like a
 * reference: for data from outside that a host puts into a proposal. Nothing else is changed.
 */
export function escapeReferences(value: JsonValue): JsonValue {
  if (typeof value === "string") return escapeString(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze((value as JsonArray).map(escapeReferences));
  return escapeObject(value as JsonObject);
}

function escapeString(text: string): string {
  if (!text.includes("$")) return text;
  if (whole.test(text)) return `$${text}`;
  let escaped = "";
  let done = 0;
  for (const { start, dollars } of bracedMarks(text, braced)) {
    escaped += text.slice(done, start) + "$".repeat(dollars);
    done = start;
  }
  return escaped + text.slice(done);
}

function escapeObject(object: JsonObject): JsonObject {
  const entries = Object.entries(object);
  const [name, text] = entries[0] ?? [];
  if (entries.length === 1 && name !== undefined && typeof text === "string") {
    if (/^\$+ref$/.test(name) && bare.test(text)) return Object.freeze({ [`$${name}`]: text });
  }
  const escaped: Record<string, JsonValue> = {};
  for (const [key, member] of entries) setOwn(escaped, key, escapeReferences(member));
  return Object.freeze(escaped);
}
