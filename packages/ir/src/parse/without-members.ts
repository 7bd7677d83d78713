import type { PathStep } from "../json/json-path.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { setOwn } from "../json/set-own.js";

/** A copy of `value` without the members `names` of the object at `path`; what lies off the path is shared. */
export function withoutMembers(value: JsonValue, path: readonly PathStep[], names: readonly string[]): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  const [step, ...further] = path;
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) => (index === step ? withoutMembers(item, further, names) : item));
  }
  const dropped = new Set(step === undefined ? names : []);
  const copy: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value as JsonObject)) {
    if (!dropped.has(name)) setOwn(copy, name, name === step ? withoutMembers(member, further, names) : member);
  }
  return copy;
}
