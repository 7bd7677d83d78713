import type { PathStep } from "../json/json-path.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";

/** Follows a path through own members and elements; `undefined` where it leads nowhere. */
export function resolvePath(root: JsonValue, path: readonly PathStep[]): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value)) value = typeof step === "number" ? (value as readonly JsonValue[])[step] : undefined;
    else value = Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}
