import { jsonEqual } from "./json-equal.js";
import type { JsonObject, JsonValue } from "./json-value.js";
import { pathText, type PathStep } from "./json-path.js";

/** The first place where two values differ. An absent value is `undefined`. */
export interface Difference {
  /** Such as `reason.code`; empty for the whole value. */
  readonly path: string;
  readonly left: JsonValue | undefined;
  readonly right: JsonValue | undefined;
}

/** Where `left` and `right` first differ, in order of keys and positions; `undefined` when they are equal. */
export function firstDifference(left: JsonValue | undefined, right: JsonValue | undefined): Difference | undefined {
  return differenceAt(left, right, []);
}

function differenceAt(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
  path: readonly PathStep[],
): Difference | undefined {
  if (jsonEqual(left, right)) return undefined;
  const steps = commonSteps(left, right);
  for (const step of steps) {
    const inner = differenceAt(memberOf(left, step), memberOf(right, step), [...path, step]);
    if (inner !== undefined) return inner;
  }
  return { path: pathText(path), left, right };
}

function commonSteps(left: JsonValue | undefined, right: JsonValue | undefined): readonly PathStep[] {
  if (!isContainer(left) || !isContainer(right) || Array.isArray(left) !== Array.isArray(right)) return [];
  if (Array.isArray(left))
    return Array.from({ length: Math.max(left.length, (right as JsonValue[]).length) }, (_, i) => i);
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
}

function isContainer(value: JsonValue | undefined): value is JsonObject | JsonValue[] {
  return typeof value === "object" && value !== null;
}

function memberOf(value: JsonValue | undefined, step: PathStep): JsonValue | undefined {
  const members = value as Readonly<Record<PathStep, JsonValue>>;
  return Object.hasOwn(members, step) ? members[step] : undefined;
}
