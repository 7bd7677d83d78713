import type { JsonValue } from "../json/json-value.js";

/** One place where a value does not fit its schema. */
export interface SchemaProblem {
  /** JSON Pointer into the value; empty for the whole value. */
  readonly path: string;
  readonly keyword: string;
  /** For people and models; does not quote the value. */
  readonly message: string;
}

/** A schema, ready to check values. */
export interface CompiledSchema {
  /** Every problem; the same empty array each time when there is none. Never throws. */
  check(value: unknown): readonly SchemaProblem[];
}

/** Turns JSON Schema 2020-12 into checkers. */
export interface SchemaCompiler {
  /** @throws `SchemaInvalidError` (`CAR_SCHEMA_INVALID`) when it is not a schema. */
  compile(schema: JsonValue): CompiledSchema;
}
