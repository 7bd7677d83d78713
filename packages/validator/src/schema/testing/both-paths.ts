import type { JsonValue } from "@car/ir";
import type { CompiledSchema, SchemaProblem } from "@car/ir/ports";
import { createSchemaCompiler, type SchemaCompilerOptions } from "../create-schema-compiler.js";

/** For tests: a schema compiled with and without generated code. Each answer is given only if the two agree. */
export function bothPaths(schema: JsonValue, options: SchemaCompilerOptions = {}): CompiledSchema {
  const [generated, interpreted] = (["auto", "never"] as const).map((codegen) =>
    createSchemaCompiler({ ...options, codegen }).compile(schema),
  );
  return {
    check(value) {
      const problems = interpreted?.check(value) ?? [];
      if (JSON.stringify(problems) === JSON.stringify(generated?.check(value))) return problems;
      throw new Error(`paths disagree on ${JSON.stringify(value)}`);
    },
  };
}

/** For tests: the keywords that refuse `value`, in order; `[]` when it is valid. */
export function refusing(schema: JsonValue, value: unknown, options?: SchemaCompilerOptions): readonly string[] {
  return bothPaths(schema, options)
    .check(value)
    .map(({ keyword }) => keyword);
}

/** For tests: where and by which keyword a value is refused, one short text each. */
export function placed(problems: readonly SchemaProblem[]): readonly string[] {
  return problems.map(({ path, keyword }) => `${path} ${keyword}`);
}
