export { createSchemaCompiler } from "./schema/create-schema-compiler.js";
export type { SchemaCompilerOptions } from "./schema/create-schema-compiler.js";
export { DEFAULT_SCHEMA_LIMITS } from "./schema/limits.js";
export type { SchemaLimits } from "./schema/limits.js";
