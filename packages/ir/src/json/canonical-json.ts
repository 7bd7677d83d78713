import { JsonInvalidError } from "../errors/plain-errors.js";
import { type Frame, frameOf, isCycle, pathOfFrame } from "./frame.js";
import { typeName } from "./type-name.js";
import { isWellFormed } from "./well-formed.js";

/** Deeper nesting is refused before it can exhaust the stack. */
const MAX_DEPTH = 1_000;

/**
 * The one text that RFC 8785 gives to a JSON value: no spaces, members sorted by UTF-16 code units, numbers as
 * ECMAScript writes them (`-0` as `0`, `1e21` as `1e+21`). Equal JSON values have equal texts.
 *
 * Strict where `JSON.stringify` is lenient, because what is dropped in silence is not hashed either.
 * @throws `JsonInvalidError` for anything that is not plain JSON: NaN, infinities, BigInt, `undefined`, functions,
 * symbols, instances of classes, cycles, lone surrogates, or more than 1,000 levels.
 */
export function canonicalJson(value: unknown): string {
  return write(value, undefined);
}

function write(value: unknown, outer: Frame | undefined): string {
  switch (typeof value) {
    case "string":
      return quoted(value, outer);
    case "number":
      return Number.isFinite(value) ? String(value) : refuse(outer, `${value} is not JSON`);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? writeArray(value, outer) : writeObject(value as Record<string, unknown>, outer);
    case "undefined":
    case "bigint":
    case "symbol":
    case "function":
      return refuse(outer, `${typeName(value)} is not JSON`);
  }
}

function writeArray(array: readonly unknown[], outer: Frame | undefined): string {
  if (array.length === 0) return "[]";
  const frame = enter(array, outer);
  let text = "";
  for (let index = 0; index < array.length; index++) {
    frame.step = index;
    text += (index === 0 ? "[" : ",") + write(array[index], frame);
  }
  return text + "]";
}

function writeObject(object: Record<string, unknown>, outer: Frame | undefined): string {
  if (!isPlainObject(object)) refuse(outer, `${typeName(object)} is not plain JSON`);
  const names = Object.keys(object);
  if (names.length === 0) return "{}";
  const frame = enter(object, outer);
  let text = "";
  for (const name of sorted(names)) {
    frame.step = name;
    text += (text === "" ? "{" : ",") + quotedName(name, frame) + write(object[name], frame);
  }
  return text + "}";
}

function enter(container: object, outer: Frame | undefined): Frame {
  const frame = frameOf(container, outer);
  if (isCycle(frame)) refuse(outer, "a cycle is not JSON");
  if (frame.depth > MAX_DEPTH) refuse(outer, `nested deeper than ${MAX_DEPTH} levels`);
  return frame;
}

/** True for `{}`, `Object.create(null)` and their like from another realm, whose prototype also has no prototype. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Sorts in place by UTF-16 code units, the order RFC 8785 asks for. For few names insertion takes half the time. */
function sorted(names: string[]): string[] {
  if (names.length > 32) return names.sort();
  for (let next = 1; next < names.length; next++) {
    const name = names[next] as string;
    let at = next;
    for (; at > 0 && (names[at - 1] as string) > name; at--) names[at] = names[at - 1] as string;
    names[at] = name;
  }
  return names;
}

const MAX_CACHED_NAMES = 1_000;
const MAX_CACHED_LENGTH = 40;

/** Names in their quotes, with the colon. A program has few different ones, and quoting is most of the work. */
const quotedNames = new Map<string, string>();

function quotedName(name: string, frame: Frame): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const text = quoted(name, frame) + ":";
  if (name.length <= MAX_CACHED_LENGTH && quotedNames.size < MAX_CACHED_NAMES) quotedNames.set(name, text);
  return text;
}

/** Any character for which quoting is more than putting quotes around. */
const NOT_PLAIN = /[^ !#-[\]-~]/;

function quoted(text: string, frame: Frame | undefined): string {
  if (!NOT_PLAIN.test(text)) return `"${text}"`;
  return isWellFormed(text) ? JSON.stringify(text) : refuse(frame, "a lone surrogate has no UTF-8 form");
}

function refuse(frame: Frame | undefined, message: string): never {
  throw new JsonInvalidError(pathOfFrame(frame), message);
}
