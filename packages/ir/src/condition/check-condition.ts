import { jsonEqual } from "../json/json-equal.js";
import type { JsonValue } from "../json/json-value.js";

/** A comparison with an expected value, as preconditions and assertions write it. */
export interface Condition {
  readonly key: string;
  readonly operator: string;
  readonly expected: JsonValue;
}

/**
 * Checks a condition against the value at its key (`undefined`: the key is absent; a stored null exists).
 * @returns why it does not hold, without quoting the value; `undefined` when it holds.
 */
export function checkCondition(
  { key, operator, expected }: Condition,
  actual: JsonValue | undefined,
): string | undefined {
  switch (operator) {
    case "exists":
      return actual === undefined ? `\`${key}\` does not exist` : undefined;
    case "not_exists":
      return actual === undefined ? undefined : `\`${key}\` exists`;
    case "eq":
      return jsonEqual(actual, expected) ? undefined : `\`${key}\` does not equal the expected value`;
    case "neq":
      return jsonEqual(actual, expected) ? `\`${key}\` equals the excluded value` : undefined;
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return checkNumbers({ key, operator, expected }, actual);
    case "contains":
      return checkContains(key, expected, actual);
    default:
      return `unknown operator \`${operator}\` (known: eq, neq, gt, gte, lt, lte, exists, not_exists, contains)`;
  }
}

function checkNumbers({ key, operator, expected }: Condition, actual: JsonValue | undefined): string | undefined {
  if (typeof actual !== "number" || typeof expected !== "number") {
    const culprit = typeof actual === "number" ? "the expected value" : `the value of \`${key}\``;
    return `\`${operator}\` compares numbers, but ${culprit} is not a number`;
  }
  return compare(operator, actual, expected) ? undefined : `\`${key}\` is not ${operator} the expected number`;
}

function compare(operator: string, actual: number, expected: number): boolean {
  if (operator === "gt") return actual > expected;
  if (operator === "gte") return actual >= expected;
  if (operator === "lt") return actual < expected;
  return actual <= expected;
}

function checkContains(key: string, expected: JsonValue, actual: JsonValue | undefined): string | undefined {
  if (typeof actual === "string" && typeof expected === "string") {
    return actual.includes(expected) ? undefined : `\`${key}\` does not contain the expected text`;
  }
  if (Array.isArray(actual)) {
    return (actual as readonly JsonValue[]).some((item) => jsonEqual(item, expected))
      ? undefined
      : `\`${key}\` does not contain the expected item`;
  }
  return `\`contains\` needs text with text, or a list; \`${key}\` is neither`;
}
