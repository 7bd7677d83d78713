import type { JsonValue } from "../json/json-value.js";
import { type Reference, referencesIn } from "../reference/template.js";

/** The references in one parameter. */
export interface ParameterReferences {
  readonly references: readonly Reference[];
  /** The parameter is one reference and nothing else: no part of it was written out. */
  readonly bare: boolean;
}

const NONE: ParameterReferences = Object.freeze({ references: Object.freeze([]), bare: false });

/** The references in a parameter as it was proposed. */
export function parameterReferences(value: JsonValue | undefined): ParameterReferences {
  const references = value === undefined ? NONE.references : referencesIn(value);
  if (references.length === 0) return NONE;
  return { references, bare: references.length === 1 && isBare(value!, references[0]!.text) };
}

function isBare(value: JsonValue, text: string): boolean {
  if (typeof value === "string") return value === `$${text}`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return (value as { readonly $ref?: JsonValue }).$ref === text && Object.keys(value).length === 1;
}
