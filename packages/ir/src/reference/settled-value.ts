import type { JsonValue } from "../json/json-value.js";
import { compileTemplate } from "./template.js";

/** A part of an action's parameters as it will be when the action runs; `undefined` when that needs an output. */
export function settledValue(value: JsonValue): JsonValue | undefined {
  const template = compileTemplate(value);
  if (template === undefined) return value;
  // Escapes stand for the same text whatever the outputs are.
  const resolution = template.references.length === 0 ? template.resolve(() => undefined) : undefined;
  return resolution?.ok === true ? resolution.value : undefined;
}
