import * as z from "zod";
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

/** The name of an operator in documents. */
export type OperatorName = keyof typeof operatorFields;
