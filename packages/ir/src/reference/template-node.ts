import type { JsonArray, JsonObject, JsonValue } from "../json/json-value.js";
import {
  bracedMarks,
  type Matchers,
  matchersOf,
  type Notation,
  parsePathText,
  type Pointer,
} from "./reference-text.js";

/** How one part of a template is filled in. What needs no filling in has no node. */
export type TemplateNode =
  | { readonly kind: "pointer"; readonly pointer: Pointer }
  | { readonly kind: "text"; readonly parts: readonly (string | Pointer)[] }
  /** What an escape stands for. */
  | { readonly kind: "literal"; readonly value: JsonValue }
  | { readonly kind: "array"; readonly items: JsonArray; readonly nodes: ReadonlyMap<number, TemplateNode> }
  | { readonly kind: "object"; readonly object: JsonObject; readonly nodes: ReadonlyMap<string, TemplateNode> };

/** Turns values into nodes and gathers their pointers, in document order. */
export interface NodeCompiler {
  /** The node of `value`, or `undefined` when it holds nothing to fill in. Adds to `pointers`. */
  compile(value: JsonValue, pointers: Pointer[]): TemplateNode | undefined;
}

/** A compiler for one notation. */
export function nodeCompiler(notation: Notation): NodeCompiler {
  const context: Context = { ...matchersOf(notation), objectForm: notation.objectForm };
  return {
    compile: (value, pointers) => compileValue(value, { ...context, pointers }),
  };
}

interface Context extends Matchers {
  readonly objectForm: boolean;
}

interface Gathering extends Context {
  readonly pointers: Pointer[];
}

/** A quick look for a dollar sign: nearly all parameters hold none, and then nothing is allocated. */
export function mayPoint(value: JsonValue): boolean {
  if (typeof value === "string") return value.includes("$");
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return (value as JsonArray).some(mayPoint);
  const object = value as JsonObject;
  for (const key in object) {
    const member = object[key];
    if (key.startsWith("$") || (member !== undefined && mayPoint(member))) return true;
  }
  return false;
}

function compileValue(value: JsonValue, context: Gathering): TemplateNode | undefined {
  if (typeof value === "string") return compileString(value, context);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return compileArray(value as JsonArray, context);
  return compileReferenceObject(value as JsonObject, context) ?? compileObject(value as JsonObject, context);
}

function compileString(text: string, context: Gathering): TemplateNode | undefined {
  if (!text.includes("$")) return undefined;
  const match = context.whole.exec(text);
  if (match === null) return compileText(text, context);
  const [, dollars = "", root = "", path = ""] = match;
  if (dollars.length > 1) return { kind: "literal", value: text.slice(1) };
  return { kind: "pointer", pointer: gather({ root, path, text: text.slice(1) }, context) };
}

/** Of the dollars before a brace each pair is one literal dollar; one that is left over marks a pointer. */
function compileText(text: string, context: Gathering): TemplateNode | undefined {
  const marks = bracedMarks(text, context.braced);
  if (marks.length === 0) return undefined;
  const parts: (string | Pointer)[] = [];
  let done = 0;
  for (const { start, dollars, end, root, path } of marks) {
    const inner = text.slice(start + dollars + 1, end - 1);
    parts.push(text.slice(done, start) + "$".repeat(dollars >> 1));
    parts.push(dollars % 2 === 0 ? `{${inner}}` : gather({ root, path, text: inner }, context));
    done = end;
  }
  return { kind: "text", parts: [...parts, text.slice(done)] };
}

interface Written {
  readonly root: string;
  readonly path: string;
  readonly text: string;
}

function gather({ root, path, text }: Written, { pointers }: Gathering): Pointer {
  const base = text.slice(0, text.length - path.length);
  const pointer = { root, path: parsePathText(path) ?? [], base, text };
  pointers.push(pointer);
  return pointer;
}

/** `{"$ref": "a.output"}` points; `{"$$ref": "a.output"}` is the literal `{"$ref": "a.output"}`, and so on. */
function compileReferenceObject(object: JsonObject, context: Gathering): TemplateNode | undefined {
  const keys = Object.keys(object);
  const [key = ""] = keys;
  const text = object[key];
  if (!context.objectForm || keys.length !== 1 || typeof text !== "string" || !/^\$+ref$/.test(key)) return undefined;
  const match = context.bare.exec(text);
  if (match === null) return undefined;
  if (key !== "$ref") return { kind: "literal", value: Object.freeze({ [key.slice(1)]: text }) };
  return { kind: "pointer", pointer: gather({ root: match[1] ?? "", path: match[2] ?? "", text }, context) };
}

function compileArray(items: JsonArray, context: Gathering): TemplateNode | undefined {
  const nodes = new Map<number, TemplateNode>();
  items.forEach((item, index) => {
    const node = compileValue(item, context);
    if (node !== undefined) nodes.set(index, node);
  });
  return nodes.size === 0 ? undefined : { kind: "array", items, nodes };
}

function compileObject(object: JsonObject, context: Gathering): TemplateNode | undefined {
  const nodes = new Map<string, TemplateNode>();
  for (const [key, member] of Object.entries(object)) {
    const node = compileValue(member, context);
    if (node !== undefined) nodes.set(key, node);
  }
  return nodes.size === 0 ? undefined : { kind: "object", object, nodes };
}
