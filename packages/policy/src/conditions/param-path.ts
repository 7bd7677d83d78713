import type { JsonValue } from "@car/ir";
import type { ParamField } from "../schema/fields.js";

/** Names to follow from the parameters inwards. */
export type ParamPath = readonly PathStep[];

interface PathStep {
  readonly name: string;
  /** Whether every object has a member of that name that is not its own, such as `constructor`. */
  readonly isInherited: boolean;
}

/** Every member of an object, every item of a list. */
const EVERY = "*";

/** Says that a path leads to more than one place; `valuesAt` has them. */
export const BRANCHES: unique symbol = Symbol("branches");

/** More places than any rule was written for; a tree built to waste time has more. */
const MAX_BRANCHES = 100_000;

/** The steps of a path as rules write it. */
export function parseParamPath(path: ParamField): ParamPath {
  const names = typeof path === "string" ? path.split(".") : path;
  return names.map((name) => ({ name, isInherited: name in Object.prototype }));
}

/** The value at the end of `path`, `undefined` when there is none, or `BRANCHES`. Own members only. Allocates nothing. */
export function valueAt(root: JsonValue, path: ParamPath): JsonValue | undefined | typeof BRANCHES {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (step.name === EVERY || Array.isArray(value)) return BRANCHES;
    value = ownMember(value, step);
  }
  return value;
}

/**
 * The value at the end of each branch of `path`; `undefined` for a branch that ends too early. A name that meets a
 * list goes on in each of its items, a number in that item alone.
 * @returns `undefined` when there are too many branches to look at.
 */
export function valuesAt(root: JsonValue, path: ParamPath): readonly (JsonValue | undefined)[] | undefined {
  let places: readonly (JsonValue | undefined)[] = [root];
  for (const step of path) {
    const next: (JsonValue | undefined)[] = [];
    for (const place of places) {
      pushBranches(place, step, next);
      if (next.length > MAX_BRANCHES) return undefined;
    }
    places = next;
  }
  return places;
}

function pushBranches(value: JsonValue | undefined, step: PathStep, into: (JsonValue | undefined)[]): void {
  if (typeof value !== "object" || value === null) {
    into.push(undefined);
  } else if (Array.isArray(value)) {
    pushItems(value, step, into);
  } else if (step.name === EVERY) {
    pushAll(Object.values(value), into);
  } else {
    into.push(ownMember(value, step));
  }
}

function pushItems(items: readonly JsonValue[], step: PathStep, into: (JsonValue | undefined)[]): void {
  if (step.name === EVERY) pushAll(items, into);
  else if (isIndex(step.name)) into.push(items[Number(step.name)]);
  else if (items.length === 0) into.push(undefined);
  else for (const item of items) pushBranches(item, step, into);
}

function pushAll(values: readonly JsonValue[], into: (JsonValue | undefined)[]): void {
  // Nothing to go on in is a place without a value, not no place: a rule that demands a value is not met by it.
  if (values.length === 0) into.push(undefined);
  for (const value of values) into.push(value);
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step);
}

// A plain read where nothing can be inherited: it takes half the time of asking for an own member first.
function ownMember(value: object, { name, isInherited }: PathStep): JsonValue | undefined {
  if (isInherited && !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, JsonValue | undefined>>)[name];
}
