export { createSchemaCompiler } from "./schema/create-schema-compiler.js";
export type { SchemaCompilerOptions } from "./schema/create-schema-compiler.js";
export { DEFAULT_SCHEMA_LIMITS } from "./schema/limits.js";
export type { SchemaLimits } from "./schema/limits.js";
export { simulate, verify } from "./verify/verify.js";
export type { Simulation } from "./verify/verify.js";
export type { Fare } from "./verify/walk.js";
export type { VerifyOptions } from "./verify/verify-options.js";
export type {
  IssueCode,
  IssueTier,
  ReportedConflict,
  SimulatedValue,
  VerifyIssue,
  PlannedUndo,
  VerifyReport,
} from "./verify/verify-report.js";
