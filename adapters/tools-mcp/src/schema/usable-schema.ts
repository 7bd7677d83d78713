import { type JsonObject, type JsonValue, SchemaInvalidError } from "@car/ir";
import type { CompiledSchema, SchemaCompiler } from "@car/ir/ports";
import { loosened, referencesIn, withoutReferences } from "./loosened.js";
import { isObject } from "./schema-shapes.js";
import { type PatternTest, toDraft2020 } from "./to-draft-2020.js";

/** A server's schema as the runtime takes it. */
export interface UsableSchema {
  readonly schema: JsonObject;
  readonly compiled: CompiledSchema;
  /** What of it is not checked here, and is left to the server. */
  readonly unchecked: readonly string[];
}

/** More references than these are not tried one by one. */
const MAX_REFERENCES = 100;

/**
 * A schema of a server, in whatever dialect, as one that the runtime can check. References that lead nowhere and patterns that
 * cannot be matched accept anything, and nothing that rests on them refuses.
 * @throws `SchemaInvalidError` when it is not certain what it means.
 */
export function usableSchema(original: JsonValue, compiler: SchemaCompiler): UsableSchema {
  const isPattern: PatternTest = (pattern) => isValid({ type: "string", pattern }, compiler);
  const { schema, unchecked } = toDraft2020(original, isPattern);
  const lost = isValid(schema, compiler) ? [] : lostReferences(schema, compiler);
  const reached = lost.length === 0 ? schema : withoutReferences(schema, (reference) => lost.includes(reference));
  const all = [...unchecked, ...lost.map((reference) => `the reference ${JSON.stringify(reference)}`)];
  const checked = all.length === 0 ? reached : loosened(reached);
  return { schema: asObject(checked), compiled: compiler.compile(checked), unchecked: all };
}

/** The references that alone keep the schema from being one. */
function lostReferences(schema: JsonValue, compiler: SchemaCompiler): readonly string[] {
  const references = [...referencesIn(schema)];
  if (references.length > MAX_REFERENCES) return [];
  if (
    !isValid(
      withoutReferences(schema, () => true),
      compiler,
    )
  )
    return [];
  return references.filter(
    (kept) =>
      !isValid(
        withoutReferences(schema, (reference) => reference !== kept),
        compiler,
      ),
  );
}

function isValid(schema: JsonValue, compiler: SchemaCompiler): boolean {
  try {
    compiler.compile(schema);
    return true;
  } catch (error) {
    if (error instanceof SchemaInvalidError) return false;
    throw error;
  }
}

function asObject(schema: JsonValue): JsonObject {
  if (isObject(schema)) return schema;
  return schema === false ? { not: {} } : {};
}
