import type { JsonValue } from "@car/ir";
import { z } from "zod";
import { JsonField, PatternField, TextField } from "./fields.js";

/** The operators of a condition on a value, as documents write them. A condition has exactly one of them. */
export const operatorFields = {
  equals: JsonField.optional().describe("Deep JSON equality."),
  one_of: z.array(JsonField).min(1).max(10_000).optional().describe("Equal to one of these."),
  contains: TextField.optional().describe("Text that occurs in it."),
  starts_with: TextField.optional().describe("Text that it starts with."),
  matches: PatternField.optional(),
  present: z.boolean().optional().describe("Whether it is there at all; null is."),
  gt: z.number().optional().describe("A number greater than this."),
  gte: z.number().optional().describe("A number of at least this."),
  lt: z.number().optional().describe("A number less than this."),
  lte: z.number().optional().describe("A number of at most this."),
} as const;

/** The operators, one of which is set. */
export type OperatorData = { readonly [K in OperatorName]?: z.infer<(typeof operatorFields)[K]> };

type OperatorName = keyof typeof operatorFields;

/** The names of the operators. */
export const OPERATORS = Object.keys(operatorFields) as readonly OperatorName[];

/** A condition on a value, as code writes it. The operators are those of documents, in camelCase. */
export type ValueCondition =
  | { readonly equals: JsonValue }
  | { readonly oneOf: readonly JsonValue[] }
  | { readonly contains: string }
  | { readonly startsWith: string }
  | { readonly matches: string }
  | { readonly present: boolean }
  | { readonly gt: number }
  | { readonly gte: number }
  | { readonly lt: number }
  | { readonly lte: number };

/** How many operators a condition has. */
export function countOperators(condition: OperatorData): number {
  return OPERATORS.filter((operator) => condition[operator] !== undefined).length;
}

/** Refines a schema to conditions that have exactly one operator. */
export function refineOneOperator(condition: OperatorData, context: z.RefinementCtx): void {
  if (countOperators(condition) !== 1) context.addIssue(`needs exactly one of ${OPERATORS.join(", ")}`);
}

/** The same for editors, in JSON Schema: `refine` has no form there. */
export const oneOperatorSchema = { oneOf: OPERATORS.map((operator) => ({ required: [operator] })) };
