import { DEFAULT_LIMITS } from "../config/limits.js";
import { canonicalJson } from "../json/canonical-json.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { setOwn } from "../json/set-own.js";
import { pathOfSteps, type Pointer } from "./reference-text.js";
import { resolvePath } from "./resolve-path.js";
import type { TemplateNode } from "./template-node.js";

/** A value with every reference replaced, or the first reference that could not be. */
export type Resolution =
  | { readonly ok: true; readonly value: JsonValue }
  | {
      readonly ok: false;
      /** The reference, as written, without its mark. */
      readonly reference: string;
      /** For people: the reference and what it did not find. */
      readonly message: string;
    };

/** The value of a pointer's root, or `undefined` when it has none. */
export type RootValue = (root: string) => JsonValue | undefined;

/** Characters that may go into longer strings in one resolution: many references to one long text add up. */
const MAX_TEXT = DEFAULT_LIMITS.max_output_bytes;
/** A reference is quoted up to this length in a message. */
const MAX_QUOTED = 200;

interface Filling {
  readonly rootValue: RootValue;
  textLeft: number;
  failure: (Resolution & { ok: false }) | undefined;
}

/** Fills a node in, in one pass: what is put in is never looked at again. New arrays and objects are frozen. */
export function fillNode(node: TemplateNode, rootValue: RootValue): Resolution {
  const filling: Filling = { rootValue, textLeft: MAX_TEXT, failure: undefined };
  const value = fill(node, filling);
  return filling.failure ?? { ok: true, value };
}

function fill(node: TemplateNode, filling: Filling): JsonValue {
  // After the first failure nothing more is built.
  if (filling.failure !== undefined) return null;
  switch (node.kind) {
    case "pointer":
      return look(node.pointer, filling);
    case "text":
      return node.parts.map((part) => fillPart(part, filling)).join("");
    case "literal":
      return node.value;
    case "array":
      return Object.freeze(node.items.map((item, index) => fillOr(node.nodes.get(index), item, filling)));
    case "object":
      return fillObject(node.object, node.nodes, filling);
  }
}

function fillOr(node: TemplateNode | undefined, unchanged: JsonValue, filling: Filling): JsonValue {
  return node === undefined ? unchanged : fill(node, filling);
}

function fillObject(object: JsonObject, nodes: ReadonlyMap<string, TemplateNode>, filling: Filling): JsonValue {
  const filled: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(object)) setOwn(filled, key, fillOr(nodes.get(key), member, filling));
  return Object.freeze(filled);
}

/** Strings go into a longer string raw, other values as canonical JSON. */
function fillPart(part: string | Pointer, filling: Filling): string {
  if (typeof part === "string") return part;
  const value = look(part, filling);
  const text = typeof value === "string" ? value : canonicalJson(value);
  filling.textLeft -= text.length;
  if (filling.textLeft >= 0) return text;
  fail(part, `makes the text around it longer than ${MAX_TEXT} characters`, filling);
  return "";
}

function look(pointer: Pointer, filling: Filling): JsonValue {
  if (filling.failure !== undefined) return null;
  const root = filling.rootValue(pointer.root);
  if (root === undefined)
    return fail(pointer, `points to ${ABSENT[pointer.base] ?? "an action that has no output"}`, filling);
  const value = resolvePath(root, pointer.path);
  return value === undefined ? fail(pointer, `leads to nothing: ${missingStep(root, pointer)}`, filling) : value;
}

/** What has no value, where that is not an action's output. */
const ABSENT: Readonly<Record<string, string>> = { before: "a before-image, and there is none" };

/** Names the first step that is not there, and what it was taken from. */
function missingStep(root: JsonValue, { path, base }: Pointer): string {
  const taken = path.findIndex((_, index) => resolvePath(root, path.slice(0, index + 1)) === undefined);
  const from = base + pathOfSteps(path.slice(0, taken));
  return `\`${clipped(from)}\` has no \`${pathOfSteps(path.slice(taken, taken + 1))}\``;
}

function fail(pointer: Pointer, why: string, filling: Filling): null {
  const message = `reference \`${clipped(pointer.text)}\` ${why}`;
  filling.failure ??= { ok: false, reference: pointer.text, message };
  return null;
}

function clipped(text: string): string {
  return text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}…`;
}
