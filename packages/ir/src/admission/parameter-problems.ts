import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { SchemaProblem } from "../ports/schema-compiler.js";
import { compileTemplate, type Template } from "../reference/template.js";
import type { AdmittedTool } from "./admission-input.js";

/** Keywords that judge an object by its names alone, whatever the values are. */
const NAME_KEYWORDS: ReadonlySet<string> = new Set([
  "required",
  "additionalProperties",
  "dependentRequired",
  "propertyNames",
]);
/** Keywords that combine subschemas: with an unknown value inside, no part of the answer is certain. */
const COMBINATORS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "not"]);
/** Keywords by which one value decides what holds for others, and which no problem names. */
const BRANCHES: ReadonlySet<string> = new Set(["if", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef"]);

const NONE: readonly SchemaProblem[] = Object.freeze([]);

/**
 * Problems of parameters that are certain although references in them are not resolved: problems at a value that
 * is, or contains, a reference are left out unless they are about names. Of literal parameters: every problem.
 */
export function parameterProblems(
  tool: AdmittedTool,
  written: JsonObject,
  template: Template | undefined,
): readonly SchemaProblem[] {
  if (template === undefined) return tool.parameters.check(written);
  if (template.references.length === 0) {
    const resolution = template.resolve(() => undefined);
    return tool.parameters.check(resolution.ok ? resolution.value : written);
  }
  const problems = tool.parameters.check(written);
  const certain = problems.filter(({ keyword, path }) => {
    const value = valueAt(written, path);
    return NAME_KEYWORDS.has(keyword) ? !isReference(value) : !hasReference(value);
  });
  if (certain.length === 0) return NONE;
  const open = problems.some(({ keyword, path }) => COMBINATORS.has(keyword) && hasReference(valueAt(written, path)));
  return open || branches(tool.schema.parameters) ? NONE : certain;
}

/** True when the schema has, anywhere, a keyword of `BRANCHES` or a reference to another document, which may. */
function branches(schema: JsonValue): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  return Object.entries(schema).some(
    ([name, part]: [string, JsonValue]) =>
      BRANCHES.has(name) || (name === "$ref" && typeof part === "string" && !part.startsWith("#")) || branches(part),
  );
}

function hasReference(value: JsonValue | undefined): boolean {
  return value !== undefined && compileTemplate(value) !== undefined;
}

/** Whether something else will stand in the value's place: it is a reference itself, or an escaped one. */
function isReference(value: JsonValue | undefined): boolean {
  if (typeof value === "string") return hasReference(value);
  if (typeof value !== "object" || value === null) return false;
  const names = Object.keys(value);
  return names.length === 1 && names[0]!.startsWith("$") && hasReference(value);
}

/** The value at a JSON Pointer, or the reference in whose place it is; `undefined` when there is none. */
function valueAt(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    if (isReference(value)) return value;
    value = (value as JsonObject)[name];
  }
  return value;
}
