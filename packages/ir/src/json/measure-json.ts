import type { CopyLimits } from "./copy-json.js";
import type { JsonArray, JsonObject, JsonValue } from "./json-value.js";

interface Measure {
  readonly limits: CopyLimits;
  /** Estimated bytes that may still come. */
  bytesLeft: number;
}

/**
 * Bytes of `value` written out as JSON text, or what it breaks of the limits. A part that stands in several places counts
 * in each. Looks no further than the limits allow, and estimates bytes as `copyJson` does: never too many.
 */
export function measureJson(value: JsonValue, limits: CopyLimits): number | keyof CopyLimits {
  const measure = { limits, bytesLeft: limits.maxBytes };
  return excess(value, 1, measure) ?? limits.maxBytes - measure.bytesLeft;
}

function excess(value: JsonValue, depth: number, measure: Measure): keyof CopyLimits | undefined {
  if (typeof value === "string") return spend(measure, value.length + 2);
  if (typeof value !== "object" || value === null) return spend(measure, 1);
  if (depth > measure.limits.maxDepth) return "maxDepth";
  const isArray = Array.isArray(value);
  // Ahead of the members, so that a long list is refused at once.
  const early = spend(measure, isArray ? 1 + (value as JsonArray).length : 1);
  if (early !== undefined) return early;
  return isArray
    ? excessOfItems(value as JsonArray, depth, measure)
    : excessOfMembers(value as JsonObject, depth, measure);
}

function excessOfItems(items: JsonArray, depth: number, measure: Measure): keyof CopyLimits | undefined {
  for (const item of items) {
    const found = excess(item, depth + 1, measure);
    if (found !== undefined) return found;
  }
  return undefined;
}

function excessOfMembers(object: JsonObject, depth: number, measure: Measure): keyof CopyLimits | undefined {
  for (const key of Object.keys(object)) {
    const found = spend(measure, key.length + 4) ?? excess(object[key]!, depth + 1, measure);
    if (found !== undefined) return found;
  }
  return undefined;
}

function spend(measure: Measure, bytes: number): keyof CopyLimits | undefined {
  measure.bytesLeft -= bytes;
  return measure.bytesLeft < 0 ? "maxBytes" : undefined;
}
