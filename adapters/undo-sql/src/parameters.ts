import type { JsonObject } from "@car/ir";
import { VALUE_SCHEMA } from "./sql-value.js";

/** JSON Schemas of what the tools take. */
const SQL: JsonObject = { type: "string", minLength: 1, maxLength: 1_000_000 };
const NAME: JsonObject = { type: "string", minLength: 1, maxLength: 256 };

/** Values for the `?` of a text, in their order. */
export const PARAMS: JsonObject = {
  type: "array",
  items: VALUE_SCHEMA,
  maxItems: 1_000,
  description: "A value for each `?`, in their order.",
};

/** A text of SQL. */
export function sqlText(description: string): JsonObject {
  return { ...SQL, description };
}

/** The name of a table. */
export const TABLE: JsonObject = { ...NAME, description: "Name of a table." };

/** Column names and their values. */
export const VALUES: JsonObject = {
  type: "object",
  additionalProperties: VALUE_SCHEMA,
  description: "Columns and their values.",
};

/** An object with these members and no others. */
export function strict(properties: JsonObject, required: readonly string[] = Object.keys(properties)): JsonObject {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}
