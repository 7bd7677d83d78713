import { emptyList } from "../json/empty.js";
import type { JsonArray, JsonObject, JsonValue } from "../json/json-value.js";

/** What a member may be: anything, or absent. */
export type Written = JsonValue | undefined;

/** Longer lists are left to the schema, which knows how to bound what they cost. */
export const MAX_LIST = 10_000;

export function isObject(value: Written): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text that is not empty. */
export function isText(value: Written): value is string {
  return typeof value === "string" && value !== "";
}

/** A whole number from `least` to `most`. */
export function isWhole(value: Written, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

export function isOneOf<T extends string>(value: Written, words: readonly T[]): value is T {
  return (words as readonly Written[]).includes(value);
}

/** True when the object has no members but these. */
export function hasOnly(object: JsonObject, names: Readonly<Record<string, true>>): boolean {
  for (const name in object) if (names[name] !== true) return false;
  return true;
}

/** True for a list of which each entry passes. */
export function isListOf<T extends JsonValue>(list: Written, isEntry: (entry: Written) => entry is T): list is T[] {
  if (!isList(list)) return false;
  for (let index = 0; index < list.length; index++) if (!isEntry(list[index])) return false;
  return true;
}

/** The frozen list of what `fit` makes of each entry; `undefined` when one does not fit. */
export function fitList<T>(list: Written, fit: (entry: JsonValue) => T | undefined): T[] | undefined {
  if (!isList(list)) return undefined;
  if (list.length === 0) return emptyList();
  const fitted = new Array<T>(list.length);
  for (let index = 0; index < fitted.length; index++) {
    const entry = fit(list[index]!);
    if (entry === undefined) return undefined;
    fitted[index] = entry;
  }
  return Object.freeze(fitted) as T[];
}

function isList(value: Written): value is JsonArray {
  return Array.isArray(value) && value.length <= MAX_LIST;
}
