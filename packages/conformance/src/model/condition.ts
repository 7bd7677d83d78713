import type { JsonValue } from "@car/ir";
import { sameJson } from "./json-text.js";

/** One question about one key, as preconditions and assertions ask it. */
export interface Condition {
  readonly operator: string;
  readonly expected: JsonValue | undefined;
}

/** Whether `actual` (undefined: the key is absent) satisfies the condition. An unknown operator never holds. */
export function conditionHolds({ operator, expected }: Condition, actual: JsonValue | undefined): boolean {
  switch (operator) {
    case "eq":
      return sameJson(actual, expected);
    case "neq":
      // Reading of the contract: an absent key differs from every value, so `neq` holds for it.
      return !sameJson(actual, expected);
    case "gt":
      return isNumber(actual) && isNumber(expected) && actual > expected;
    case "gte":
      return isNumber(actual) && isNumber(expected) && actual >= expected;
    case "lt":
      return isNumber(actual) && isNumber(expected) && actual < expected;
    case "lte":
      return isNumber(actual) && isNumber(expected) && actual <= expected;
    case "exists":
      return actual !== undefined;
    case "not_exists":
      return actual === undefined;
    case "contains":
      return contains(actual, expected);
    default:
      return false;
  }
}

function isNumber(value: JsonValue | undefined): value is number {
  return typeof value === "number";
}

function contains(actual: JsonValue | undefined, expected: JsonValue | undefined): boolean {
  if (typeof actual === "string") return typeof expected === "string" && actual.includes(expected);
  return Array.isArray(actual) && actual.some((item: JsonValue) => sameJson(item, expected));
}
