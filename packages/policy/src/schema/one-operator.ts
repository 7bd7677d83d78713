import type { z } from "zod";
import { type OperatorData, operatorFields, type OperatorName } from "./operators.js";

/** The names of the operators. */
export const OPERATORS = Object.keys(operatorFields) as readonly OperatorName[];

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
