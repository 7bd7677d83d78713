import type { JsonValue } from "@car/ir";
import { setOwn, wellFormed } from "@car/ir/internal";

/** Deeper payloads are cut; no checked value is nested this deep. */
const MAX_DEPTH = 256;

/**
 * The nearest plain JSON to a value that is not: lone surrogates become U+FFFD, NaN and infinities null, a BigInt its
 * digits, cycles and excessive depth a marker; members that JSON cannot hold are left out, as `JSON.stringify` does.
 */
export function plainJson(value: unknown): JsonValue {
  return copy(value, []) ?? null;
}

function copy(value: unknown, ancestors: readonly object[]): JsonValue | undefined {
  switch (typeof value) {
    case "string":
      return wellFormed(value);
    case "number":
      return Number.isFinite(value) ? value : null;
    case "boolean":
      return value;
    case "bigint":
      return String(value);
    case "object":
      return value === null ? null : copyContainer(value, ancestors);
    case "undefined":
    case "symbol":
    case "function":
      return undefined;
  }
}

function copyContainer(value: object, ancestors: readonly object[]): JsonValue {
  if (ancestors.includes(value)) return "[cycle]";
  if (ancestors.length >= MAX_DEPTH) return "[nested too deep]";
  const inside = [...ancestors, value];
  if (Array.isArray(value)) return value.map((item) => copy(item, inside) ?? null);
  const members: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) {
    const copied = copy(member, inside);
    if (copied !== undefined) setOwn(members, wellFormed(key), copied);
  }
  return members;
}
