import type { JsonObject, JsonValue } from "@car/ir";

/** Checks a value against the few schema words that generated tools use: `type`, `required`, `properties`. */
export function fits(value: JsonValue, schema: JsonObject): boolean {
  if (!hasType(value, schema["type"])) return false;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return true;
  const object = value as JsonObject;
  const required = (schema["required"] ?? []) as readonly string[];
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonObject>>;
  if (required.some((name) => !Object.hasOwn(object, name))) return false;
  return Object.entries(properties).every(
    ([name, sub]) => !Object.hasOwn(object, name) || fits(object[name] ?? null, sub),
  );
}

function hasType(value: JsonValue, type: JsonValue | undefined): boolean {
  if (type === undefined) return true;
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
