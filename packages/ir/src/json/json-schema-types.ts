import * as z from "zod";
import { mismatch } from "./mismatch.js";
import type { JsonObject, JsonValue } from "./json-value.js";

/**
 * Zod's view of an arbitrary JSON value. It looks only at the outermost type: `copyJson` has already walked the
 * whole input, so walking it again per field would cost twice.
 */
export const JsonValueSchema = z.custom<JsonValue>(isJsonLike, {
  error: ({ input }) => mismatch("a JSON value", input),
});

/** Zod's view of an arbitrary JSON object, as shallow as `JsonValueSchema`. */
export const JsonObjectSchema = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: ({ input }) => mismatch("an object", input) },
);

function isJsonLike(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "object":
      return true;
    case "number":
      return Number.isFinite(value);
    case "bigint":
    case "function":
    case "symbol":
    case "undefined":
      return false;
  }
}
