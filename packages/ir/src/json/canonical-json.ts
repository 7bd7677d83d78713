import { JsonInvalidError } from "../errors/json-invalid-error.js";
import { pathText, type PathStep } from "./json-path.js";
import { typeName } from "./type-name.js";
import { isWellFormed } from "./well-formed.js";

/** Deeper nesting is refused before it can exhaust the stack. */
const MAX_DEPTH = 1_000;

/** The containers around the value being written, outermost first, and the step taken in each. */
interface Walk {
  readonly ancestors: object[];
  readonly path: PathStep[];
}

/**
 * The one text that RFC 8785 gives to a JSON value: no spaces, members sorted by UTF-16 code units, numbers as
 * ECMAScript writes them (`-0` as `0`, `1e21` as `1e+21`). Equal JSON values have equal texts.
 *
 * Strict where `JSON.stringify` is lenient, because what is dropped in silence is not hashed either.
 * @throws `JsonInvalidError` for anything that is not plain JSON: NaN, infinities, BigInt, `undefined`, functions,
 * symbols, instances of classes, cycles, lone surrogates, or more than 1,000 levels.
 */
export function canonicalJson(value: unknown): string {
  return write(value, { ancestors: [], path: [] });
}

function write(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case "string":
      return quoted(value, walk);
    case "number":
      return Number.isFinite(value) ? String(value) : refuse(walk, `${value} is not JSON`);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      return value === null ? "null" : writeContainer(value, walk);
    case "undefined":
    case "bigint":
    case "symbol":
    case "function":
      return refuse(walk, `${typeName(value)} is not JSON`);
  }
}

function quoted(text: string, walk: Walk): string {
  return isWellFormed(text) ? JSON.stringify(text) : refuse(walk, "a lone surrogate has no UTF-8 form");
}

function writeContainer(value: object, walk: Walk): string {
  const { ancestors, path } = walk;
  if (ancestors.includes(value)) refuse(walk, "a cycle is not JSON");
  if (ancestors.length >= MAX_DEPTH) refuse(walk, `nested deeper than ${MAX_DEPTH} levels`);
  ancestors.push(value);
  const text = Array.isArray(value) ? writeArray(value, walk) : writeObject(value as Record<string, unknown>, walk);
  ancestors.pop();
  path.length = ancestors.length;
  return text;
}

function writeArray(array: readonly unknown[], walk: Walk): string {
  const at = walk.ancestors.length - 1;
  let text = "[";
  for (let index = 0; index < array.length; index++) {
    walk.path[at] = index;
    text += index === 0 ? write(array[index], walk) : `,${write(array[index], walk)}`;
  }
  return `${text}]`;
}

function writeObject(object: Record<string, unknown>, walk: Walk): string {
  if (!isPlainObject(object)) refuse(walk, `${typeName(object)} is not plain JSON`);
  const at = walk.ancestors.length - 1;
  let text = "{";
  // The default order of `sort` is by UTF-16 code units, which is the order RFC 8785 asks for.
  for (const key of Object.keys(object).sort()) {
    walk.path[at] = key;
    text += `${text === "{" ? "" : ","}${quoted(key, walk)}:${write(object[key], walk)}`;
  }
  return `${text}}`;
}

/** True for `{}`, `Object.create(null)` and their like from another realm, whose prototype also has no prototype. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function refuse({ path }: Walk, message: string): never {
  throw new JsonInvalidError(pathText(path), message);
}
