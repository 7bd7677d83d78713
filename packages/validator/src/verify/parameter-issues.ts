import { compileTemplate, type JsonObject, type JsonValue } from "@car/ir";
import type { CompiledSchema, SchemaProblem } from "@car/ir/ports";

/** Keywords that judge an object by its names alone, whatever the values are. */
const NAME_KEYWORDS: ReadonlySet<string> = new Set([
  "required",
  "additionalProperties",
  "dependentRequired",
  "propertyNames",
]);
/** Keywords that combine subschemas: with an unknown value inside, no part of the answer is certain. */
const COMBINATORS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "not", "if"]);

/**
 * Problems of parameters that are certain although references in them are not resolved: problems at a value that
 * is, or contains, a reference are left out unless they are about names.
 */
export function certainProblems(schema: CompiledSchema, parameters: JsonObject): readonly SchemaProblem[] {
  const problems = schema.check(parameters);
  if (problems.length === 0 || compileTemplate(parameters) === undefined) return problems;
  const open = problems.some(
    ({ keyword, path }) => COMBINATORS.has(keyword) && hasReference(valueAt(parameters, path)),
  );
  if (open) return [];
  return problems.filter(({ keyword, path }) => {
    const value = valueAt(parameters, path);
    return NAME_KEYWORDS.has(keyword) ? !isReference(value) : !hasReference(value);
  });
}

function hasReference(value: JsonValue | undefined): boolean {
  return value !== undefined && compileTemplate(value) !== undefined;
}

function isReference(value: JsonValue | undefined): boolean {
  if (typeof value === "string") return hasReference(value);
  return typeof value === "object" && value !== null && "$ref" in value && hasReference(value);
}

/** The value at a JSON Pointer; `undefined` when there is none. */
function valueAt(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}
