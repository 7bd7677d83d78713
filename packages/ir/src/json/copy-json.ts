import { JsonInvalidError } from "../errors/plain-errors.js";
import { type Frame, frameOf, isCycle, pathOfFrame } from "./frame.js";
import type { JsonValue } from "./json-value.js";
import { setOwn } from "./set-own.js";
import { typeName } from "./type-name.js";
import { isWellFormed } from "./well-formed.js";

/** Bounds of a copy. */
export interface CopyLimits {
  /** Most arrays and objects inside one another. */
  readonly maxDepth: number;
  /**
   * Most bytes of JSON text, by an estimate that takes no time. It is never more than the true size, so what fits is
   * never refused; it is less where text is not ASCII or is escaped, and for numbers with many digits.
   */
  readonly maxBytes: number;
}

interface Walk {
  readonly limits: CopyLimits;
  /** Estimated bytes that may still be copied. */
  bytesLeft: number;
  /** The container that is being copied. */
  frame: Frame | undefined;
}

/**
 * A deeply frozen copy of `value`, which is checked to be JSON on the way. Primitives come back as they are.
 *
 * As in `JSON.stringify`: a `toJSON` method is called, members that are `undefined` are left out, holes and
 * `undefined` in arrays become null, an instance of a class gives its own enumerable members, boxed primitives are
 * unboxed, an outermost `undefined` is null. Unlike it, nothing else is dropped or changed in silence.
 * @throws `JsonInvalidError`, with the path, for NaN, infinities, BigInt, functions, symbols, cycles, built-in objects
 * without a JSON form (Map, Set, typed arrays, errors, ...), lone surrogates (they have no UTF-8 form and could not be
 * hashed), members that throw when they are read, and what breaks a limit.
 */
export function copyJson(value: unknown, limits: CopyLimits): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value;
  const walk: Walk = { limits, bytesLeft: limits.maxBytes, frame: undefined };
  try {
    return copyValue(value, walk) ?? null;
  } catch (error) {
    throw asInvalid(error, walk);
  }
}

/**
 * Gives the members that `copyJson` would make of a record one by one, each frozen: for records of so many members that
 * a copy of the whole would cost several times as much.
 */
export function copyMembers(
  record: Readonly<Record<string, unknown>>,
  limits: CopyLimits,
  take: (name: string, value: JsonValue) => void,
): void {
  if (!isRecord(record) || "toJSON" in record) {
    for (const [name, value] of Object.entries(copyJson(record, limits) ?? {})) take(name, value as JsonValue);
    return;
  }
  const frame = frameOf(record, undefined);
  const walk: Walk = { limits, bytesLeft: limits.maxBytes, frame };
  try {
    for (const name of Object.keys(record)) {
      const value = copyMember(record, name, walk);
      if (value !== undefined) take(name, value);
    }
  } catch (error) {
    throw asInvalid(error, walk);
  }
}

function asInvalid(error: unknown, { frame }: Walk): JsonInvalidError {
  if (error instanceof JsonInvalidError) return error;
  return new JsonInvalidError(pathOfFrame(frame), "could not be read", { cause: error });
}

function copyValue(value: unknown, walk: Walk): JsonValue | undefined {
  switch (typeof value) {
    case "string":
      spend(walk, value.length + 2);
      return isWellFormed(value) ? value : refuse(walk, "a lone surrogate has no UTF-8 form");
    case "number":
      spend(walk, numberBytes(value));
      return Number.isFinite(value) ? value : refuse(walk, `${value} is not JSON`);
    case "boolean":
      spend(walk, 4);
      return value;
    case "object":
      if (value !== null) return copyContainer(value, walk);
      spend(walk, 4);
      return null;
    case "undefined":
      return undefined;
    case "bigint":
    case "symbol":
    case "function":
      return refuse(walk, `${typeName(value)} is not JSON`);
  }
}

function copyContainer(container: object, walk: Walk): JsonValue | undefined {
  const outer = walk.frame;
  const frame = frameOf(container, outer);
  if (isCycle(frame)) refuse(walk, "a cycle is not JSON");
  if (frame.depth > walk.limits.maxDepth) refuse(walk, `nested deeper than ${walk.limits.maxDepth} levels`);
  spend(walk, 1);
  walk.frame = frame;
  const copy = copyInside(container, frame, walk);
  walk.frame = outer;
  return copy;
}

function copyInside(value: object, frame: Frame, walk: Walk): JsonValue | undefined {
  if (Array.isArray(value)) return copyArray(value, frame, walk);
  if ("toJSON" in value && typeof value.toJSON === "function") return copyJsonForm(value as HasJsonForm, frame, walk);
  return isRecord(value) ? copyObject(value, walk) : copyInstance(value, walk);
}

function copyArray(array: readonly unknown[], frame: Frame, walk: Walk): JsonValue {
  // The commas and one bracket, ahead of the elements, so that an array of a billion holes is refused at once.
  spend(walk, array.length);
  const copy: JsonValue[] = [];
  for (let index = 0; index < array.length; index++) {
    frame.step = index;
    copy.push(copyValue(array[index], walk) ?? null);
  }
  return Object.freeze(copy);
}

function copyObject(object: Readonly<Record<string, unknown>>, walk: Walk): JsonValue {
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(object)) {
    const member = copyMember(object, key, walk);
    if (member !== undefined) setOwn(copy, key, member);
  }
  return Object.freeze(copy);
}

/** The value of a member of the container that is being copied; `undefined` when it is to be left out. */
function copyMember(object: Readonly<Record<string, unknown>>, key: string, walk: Walk): JsonValue | undefined {
  walk.frame!.step = key;
  const member = copyValue(object[key], walk);
  if (member === undefined) return undefined;
  if (!isWellFormed(key)) refuse(walk, "a lone surrogate in a name has no UTF-8 form");
  spend(walk, key.length + 4);
  return member;
}

interface HasJsonForm {
  toJSON(key: string): unknown;
}

/** What `toJSON` gives is copied as it is: its own `toJSON` is not called again. */
function copyJsonForm(value: HasJsonForm, frame: Frame, walk: Walk): JsonValue | undefined {
  const form = value.toJSON(String(frame.outer?.step ?? ""));
  if (typeof form !== "object" || form === null) return copyValue(form, walk);
  if (Array.isArray(form)) return copyArray(form, frame, walk);
  return isRecord(form) ? copyObject(form, walk) : copyInstance(form, walk);
}

function isRecord(value: object): value is Readonly<Record<string, unknown>> {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === Object.prototype || prototype === null;
}

/** Instances of classes are copied as records; of the built-in objects only the boxed primitives have a JSON form. */
function copyInstance(value: object, walk: Walk): JsonValue | undefined {
  switch (Object.prototype.toString.call(value)) {
    case "[object Object]":
      return copyObject(value as Readonly<Record<string, unknown>>, walk);
    case "[object String]":
    case "[object Number]":
    case "[object Boolean]":
      return copyValue(value.valueOf(), walk);
  }
  return refuse(walk, `${typeName(value)} is not JSON`);
}

/** Of integers only the first ten have one digit; anything else has at least three characters, as in `0.5`. */
function numberBytes(value: number): number {
  if ((value | 0) !== value) return 3;
  return value >= 0 && value < 10 ? 1 : 2;
}

function spend(walk: Walk, bytes: number): void {
  walk.bytesLeft -= bytes;
  if (walk.bytesLeft < 0) refuse(walk, `larger than ${walk.limits.maxBytes} bytes in total`);
}

function refuse(walk: Walk, message: string): never {
  throw new JsonInvalidError(pathOfFrame(walk.frame), message);
}
