import type { JsonValue } from "@car/ir";

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
