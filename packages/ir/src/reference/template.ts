import { canonicalJson } from "../json/canonical-json.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { setOwn } from "../json/set-own.js";
import { embeddedPattern, parseBare, parseWhole, type Reference, referenceOf } from "./reference-text.js";
import { resolvePath } from "./resolve-path.js";

/** A value with every reference replaced, or the first reference that could not be. */
export type Resolution =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reference: string; readonly message: string };

/** A JSON value with references in it. */
export interface Template {
  /** In document order; one that stands twice is listed twice. */
  readonly references: readonly Reference[];
  /**
   * Replaces every reference in one pass: what is put in is never scanned again. Unchanged parts are shared, new ones
   * frozen. `outputOf` gives an action's output, or `undefined` when it has none.
   */
  resolve(outputOf: (actionId: string) => JsonValue | undefined): Resolution;
}

type Lookup = (reference: Reference) => JsonValue;
type Fill = (lookup: Lookup) => JsonValue;

/** Tells `resolve` that a reference leads nowhere; never leaves this file. */
class Unresolvable {
  readonly reference: Reference;
  readonly why: string;

  constructor(reference: Reference, why: string) {
    this.reference = reference;
    this.why = why;
  }
}

/** Compiles the references of a value; `undefined`, cheaply, when it holds neither a reference nor an escape. */
export function compileTemplate(value: JsonValue): Template | undefined {
  const references: Reference[] = [];
  const fill = compile(value, references);
  if (fill === undefined) return undefined;
  return {
    references,
    resolve(outputOf) {
      try {
        return { ok: true, value: fill((reference) => lookUp(reference, outputOf)) };
      } catch (error) {
        if (!(error instanceof Unresolvable)) throw error;
        const { text } = error.reference;
        return { ok: false, reference: text, message: `reference \`${text}\` ${error.why}` };
      }
    },
  };
}

/** The references of a value, in document order. */
export function referencesIn(value: JsonValue): readonly Reference[] {
  return compileTemplate(value)?.references ?? [];
}

function lookUp(reference: Reference, outputOf: (actionId: string) => JsonValue | undefined): JsonValue {
  const output = outputOf(reference.action_id);
  if (output === undefined) throw new Unresolvable(reference, "names an action that has no output");
  const value = resolvePath(output, reference.path);
  if (value === undefined) throw new Unresolvable(reference, "leads to nothing in that action's output");
  return value;
}

/** How to fill in a value; `undefined` when it stays as it is. */
function compile(value: JsonValue, references: Reference[]): Fill | undefined {
  if (typeof value === "string") return compileString(value, references);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return compileArray(value as readonly JsonValue[], references);
  return compileObject(value as JsonObject, references);
}

function compileString(text: string, references: Reference[]): Fill | undefined {
  if (!text.includes("$")) return undefined;
  const whole = parseWhole(text);
  if (whole !== undefined) {
    references.push(whole);
    return (lookup) => lookup(whole);
  }
  if (text.startsWith("$$") && parseWhole(text.slice(1)) !== undefined) return () => text.slice(1);
  return compileEmbedded(text, references);
}

function compileEmbedded(text: string, references: Reference[]): Fill | undefined {
  const parts: (string | Reference)[] = [];
  let end = 0;
  for (const match of text.matchAll(embeddedPattern())) {
    const [found, escape, id, path] = match;
    parts.push(text.slice(end, match.index));
    end = match.index + found.length;
    if (escape === "$") parts.push(found.slice(1));
    else {
      const reference = referenceOf(id!, path!);
      references.push(reference);
      parts.push(reference);
    }
  }
  if (parts.length === 0) return undefined;
  parts.push(text.slice(end));
  return (lookup) => parts.map((part) => (typeof part === "string" ? part : textOf(lookup(part)))).join("");
}

/** Inside a string, strings go in raw and other values as canonical JSON. */
function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

function compileArray(items: readonly JsonValue[], references: Reference[]): Fill | undefined {
  const fills = items.map((item) => compile(item, references));
  if (fills.every((fill) => fill === undefined)) return undefined;
  return (lookup) => Object.freeze(items.map((item, index) => fillOr(fills[index], lookup, item)));
}

function fillOr(fill: Fill | undefined, lookup: Lookup, item: JsonValue): JsonValue {
  return fill === undefined ? item : fill(lookup);
}

function compileObject(object: JsonObject, references: Reference[]): Fill | undefined {
  const keys = Object.keys(object);
  const sole = keys.length === 1 ? compileSoleKey(object, keys[0]!, references) : undefined;
  if (sole !== undefined) return sole;
  let fills: Map<string, Fill> | undefined;
  for (const key of keys) {
    const fill = compile(object[key]!, references);
    if (fill !== undefined) (fills ??= new Map()).set(key, fill);
  }
  if (fills === undefined) return undefined;
  const byKey = fills;
  return (lookup) => {
    const filled: Record<string, JsonValue> = {};
    for (const key of keys) setOwn(filled, key, byKey.has(key) ? byKey.get(key)!(lookup) : object[key]!);
    return Object.freeze(filled);
  };
}

/** `{"$ref": "a.output"}` is a reference, `{"$$ref": "a.output"}` is the escaped form of that literal. */
function compileSoleKey(object: JsonObject, key: string, references: Reference[]): Fill | undefined {
  const text = object[key];
  if (typeof text !== "string" || (key !== "$ref" && key !== "$$ref")) return undefined;
  const reference = parseBare(text);
  if (reference === undefined) return undefined;
  if (key === "$$ref") return () => Object.freeze({ $ref: text });
  references.push(reference);
  return (lookup) => lookup(reference);
}
