import type { JsonObject, JsonValue } from "../json/json-value.js";
import { setOwn } from "../json/set-own.js";
import { compileTemplate } from "./template.js";

/** A part of an action's parameters as it will be when the action runs; `undefined` when that needs an output. */
export function settledValue(value: JsonValue): JsonValue | undefined {
  const template = compileTemplate(value);
  if (template === undefined) return value;
  // Escapes stand for the same text whatever the outputs are.
  const resolution = template.references.length === 0 ? template.resolve(() => undefined) : undefined;
  return resolution?.ok === true ? resolution.value : undefined;
}

/**
 * The members of an action's parameters that will be as they are written; those that need an output are left out.
 * `undefined` when an output stands for all of them.
 */
export function settledMembers(parameters: JsonObject): JsonObject | undefined {
  if (compileTemplate(parameters) === undefined) return parameters;
  const names = Object.keys(parameters);
  if (names.length === 1 && names[0]!.startsWith("$")) return settledValue(parameters) as JsonObject | undefined;
  const settled: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = settledValue(parameters[name]!);
    if (value !== undefined) setOwn(settled, name, value);
  }
  return settled;
}
