import type { JsonObject, JsonValue } from "@car/ir";
import { canonicalText } from "./json-text.js";

const PATH = String.raw`([A-Za-z0-9_-]+)\.output((?:\.[A-Za-z0-9_-]+|\[\d+\])*)`;
const BARE = new RegExp(`^${PATH}$`);
const WHOLE = new RegExp(`^\\$${PATH}$`);
const ESCAPED = new RegExp(`^\\$\\$${PATH}$`);
const INSIDE = String.raw`(\$?)\$\{${PATH}\}`;

/** A reference as it was written: whose output, and the steps into it. */
export interface WrittenReference {
  readonly id: string;
  readonly steps: readonly (string | number)[];
  readonly text: string;
}

/** What a value becomes once references are replaced, or the first reference that leads nowhere. */
export type Resolved = { readonly value: JsonValue } | { readonly missing: string };

/** Output of an action by id; `undefined` when there is none. */
export type Outputs = (id: string) => JsonValue | undefined;

/** Every reference in `value`, in the order of writing. */
export function referencesIn(value: JsonValue): readonly WrittenReference[] {
  if (typeof value === "string") return referencesInText(value);
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => referencesIn(item));
  if (typeof value !== "object" || value === null) return [];
  const object = value as JsonObject;
  const sole = soleReference(object);
  return sole === undefined ? Object.values(object).flatMap((item) => referencesIn(item)) : [sole];
}

/** Replaces every reference of `value` in one pass. */
export function resolveReferences(value: JsonValue, outputs: Outputs): Resolved {
  if (typeof value === "string") return resolveText(value, outputs);
  if (typeof value !== "object" || value === null) return { value };
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => resolveReferences(item, outputs));
    return firstMissing(items) ?? { value: items.map(resolvedValue) };
  }
  const sole = soleReference(value as JsonObject);
  if (sole !== undefined) return resolveOne(sole, outputs);
  const members = Object.entries(value).map(([key, item]) => [key, resolveReferences(item, outputs)] as const);
  const missing = firstMissing(members.map(([, item]) => item));
  return missing ?? { value: Object.fromEntries(members.map(([key, item]) => [key, resolvedValue(item)])) };
}

/** The value at the end of `steps`, or `undefined` when the path does not exist. */
export function valueAt(value: JsonValue | undefined, steps: readonly (string | number)[]): JsonValue | undefined {
  let current = value;
  for (const step of steps) {
    if (typeof current !== "object" || current === null) return undefined;
    if (typeof step === "number" && !Array.isArray(current)) return undefined;
    if (typeof step === "string" && Array.isArray(current)) return undefined;
    if (!Object.hasOwn(current, step)) return undefined;
    current = (current as JsonObject)[step];
  }
  return current;
}

/** Steps of a path such as `.items[0].name`. */
export function pathSteps(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\.([A-Za-z0-9_-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}

/** True when `value` is a reference and nothing else. */
export function isReference(value: JsonValue): boolean {
  if (typeof value === "string") return WHOLE.test(value) || referencesInText(value).length > 0;
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    soleReference(value as JsonObject) !== undefined
  );
}

function referencesInText(text: string): readonly WrittenReference[] {
  const whole = WHOLE.exec(text);
  if (whole !== null) return [written(whole[1], whole[2])];
  return [...text.matchAll(new RegExp(INSIDE, "g"))]
    .filter(([, escape]) => escape === "")
    .map(([, , id, path]) => written(id, path));
}

function soleReference(object: JsonObject): WrittenReference | undefined {
  const target = object["$ref"];
  if (Object.keys(object).length !== 1 || typeof target !== "string") return undefined;
  const match = BARE.exec(target);
  return match === null ? undefined : written(match[1], match[2]);
}

function written(id = "", path = ""): WrittenReference {
  return { id, steps: pathSteps(path), text: `${id}.output${path}` };
}

function resolveText(text: string, outputs: Outputs): Resolved {
  const whole = WHOLE.exec(text);
  if (whole !== null) return resolveOne(written(whole[1], whole[2]), outputs);
  if (ESCAPED.test(text)) return { value: text.slice(1) };
  const missing = referencesInText(text).find(({ id, steps }) => valueAt(outputs(id), steps) === undefined);
  if (missing !== undefined) return { missing: missing.text };
  const replaced = text.replace(new RegExp(INSIDE, "g"), (...[all, escape, id, path]: string[]) => {
    if (escape !== "") return (all ?? "").slice(1);
    const value = valueAt(outputs(id ?? ""), pathSteps(path ?? "")) ?? null;
    return typeof value === "string" ? value : canonicalText(value);
  });
  return { value: replaced };
}

function resolveOne(reference: WrittenReference, outputs: Outputs): Resolved {
  const value = valueAt(outputs(reference.id), reference.steps);
  return value === undefined ? { missing: reference.text } : { value };
}

function firstMissing(items: readonly Resolved[]): { readonly missing: string } | undefined {
  return items.find((item) => "missing" in item);
}

function resolvedValue(item: Resolved): JsonValue {
  return "value" in item ? item.value : null;
}
