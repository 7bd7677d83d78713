import { canonicalJson, CarError, type JsonObject, type JsonValue, SchemaInvalidError, sha256Hex } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { CompiledSchema, SchemaCompiler } from "@car/ir/ports";
import { isCodeGenerationAllowed } from "./codegen/code-generation.js";
import { generateValidator } from "./codegen/generate-validator.js";
import { plainSchema } from "./codegen/plain-schema.js";
import { compiledSchema } from "./compiled-schema.js";
import { addDocument } from "./document/add-document.js";
import { extendedLibrary, type Library } from "./document/library.js";
import { interpretSchema } from "./interpret/interpret-schema.js";
import { DEFAULT_SCHEMA_LIMITS, type SchemaLimits } from "./limits.js";
import { createLru } from "./lru.js";
import { assertSchema, standardLibrary } from "./schema-checks.js";

/** How schemas are compiled. Every field is optional. */
export interface SchemaCompilerOptions {
  /** Schema documents that `$ref` and `$schema` may name, by absolute URI. Nothing is ever fetched. */
  readonly remotes?: Readonly<Record<string, JsonValue>>;
  /** `never` interprets every schema, as if a content security policy forbade generated code. Default `auto`. */
  readonly codegen?: "auto" | "never";
  /** `assert` makes `format` refuse values; the draft's default is that it only describes them. */
  readonly formats?: "annotate" | "assert";
  /** Most compiled schemas kept for reuse. Default 500. */
  readonly cacheSize?: number;
  readonly limits?: Partial<SchemaLimits>;
}

const CACHE_SIZE = 500;
const OPTIONS = [
  "remotes",
  "codegen",
  "formats",
  "cacheSize",
  "limits",
] as const satisfies readonly (keyof SchemaCompilerOptions)[];

/**
 * A compiler for JSON Schema 2020-12. Equal schemas share one compiled form, found by the hash of their canonical
 * JSON.
 * @throws `SchemaInvalidError` when one of `remotes` is not a schema.
 */
export function createSchemaCompiler(options: SchemaCompilerOptions = {}): SchemaCompiler {
  assertKnownOptions(options, OPTIONS, "createSchemaCompiler");
  const limits = { ...DEFAULT_SCHEMA_LIMITS, ...options.limits };
  const library = { ...libraryOf(options.remotes ?? {}, limits), assertsFormats: options.formats === "assert" };
  const cache = createLru<CompiledSchema>(options.cacheSize ?? CACHE_SIZE);
  const generates = (options.codegen ?? "auto") === "auto";
  return {
    compile(schema) {
      const text = canonicalText(schema, limits);
      const key = sha256Hex(text);
      const known = cache.get(key);
      if (known !== undefined) return known;
      const compiled = compileDocument(parsedSchema(text, "the schema"), { library, limits, generates });
      cache.set(key, compiled);
      return compiled;
    },
  };
}

function compileDocument(
  document: JsonObject | boolean,
  { library, limits, generates }: { library: Library; limits: SchemaLimits; generates: boolean },
): CompiledSchema {
  const extended = extendedLibrary(library);
  const root = addDocument(extended, "", document);
  const evaluate = interpretSchema(root, extended, ({ schema }) => assertSchema(schema, "what a reference names"));
  const plain = generates && isCodeGenerationAllowed() ? plainSchema(root, extended) : undefined;
  return compiledSchema(evaluate, plain === undefined ? undefined : generateValidator(plain), limits);
}

function libraryOf(remotes: Readonly<Record<string, JsonValue>>, limits: SchemaLimits): Library {
  const library = standardLibrary();
  for (const [uri, schema] of Object.entries(remotes)) {
    addDocument(library, uri, parsedSchema(canonicalText(schema, limits), `the remote schema \`${uri}\``));
  }
  return library;
}

/** A copy of its own, so that nobody can change a schema after it was checked; keys in canonical order. */
function parsedSchema(canonical: string, name: string): JsonObject | boolean {
  const schema = JSON.parse(canonical) as JsonValue;
  assertSchema(schema, name);
  return schema as JsonObject | boolean;
}

function canonicalText(schema: JsonValue, { maxSchemaLength }: SchemaLimits): string {
  const text = asCanonicalJson(schema);
  if (text.length <= maxSchemaLength) return text;
  throw new SchemaInvalidError(`a schema of ${text.length} characters is longer than ${maxSchemaLength}`);
}

function asCanonicalJson(schema: JsonValue): string {
  try {
    return canonicalJson(schema);
  } catch (cause) {
    if (!CarError.isInstance(cause)) throw cause;
    throw new SchemaInvalidError(`a schema must be JSON: ${cause.message}`, { cause });
  }
}
