/** What bounds the work of compiling one schema and of one check. */
export interface SchemaLimits {
  /** Longest canonical text of a schema, in UTF-16 code units. */
  readonly maxSchemaLength: number;
  /** Schemas entered at once while one value is checked; what recursive schemas and deep values use up. */
  readonly maxDepth: number;
  /** Schemas entered in all while one value is checked. */
  readonly maxSteps: number;
  /** A check stops looking after this many problems. */
  readonly maxProblems: number;
}

/** Limits for tools of a host. A check that hits `maxSteps` has run for less than a second. */
export const DEFAULT_SCHEMA_LIMITS: SchemaLimits = {
  maxSchemaLength: 1_000_000,
  maxDepth: 512,
  maxSteps: 10_000_000,
  maxProblems: 100,
};
