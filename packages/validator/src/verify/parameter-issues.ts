import { compileTemplate, type JsonObject, type JsonValue } from "@car/ir";
import type { SchemaProblem } from "@car/ir/ports";
import { settledValue } from "./settled-value.js";
import type { VerifiedTool } from "./verify-options.js";

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

/**
 * Problems of parameters that are certain although references in them are not resolved: problems at a value that
 * is, or contains, a reference are left out unless they are about names.
 */
export function certainProblems(tool: VerifiedTool, written: JsonObject): readonly SchemaProblem[] {
  const settled = settledValue(written);
  if (settled !== undefined) return tool.parameters.check(settled);
  const problems = tool.parameters.check(written);
  const open = problems.some(({ keyword, path }) => COMBINATORS.has(keyword) && hasReference(valueAt(written, path)));
  if (open || problems.length === 0 || branches(tool.schema.parameters)) return [];
  return problems.filter(({ keyword, path }) => {
    const value = valueAt(written, path);
    return NAME_KEYWORDS.has(keyword) ? !isReference(value) : !hasReference(value);
  });
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

function isReference(value: JsonValue | undefined): boolean {
  if (typeof value === "string") return hasReference(value);
  return typeof value === "object" && value !== null && "$ref" in value && hasReference(value);
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
