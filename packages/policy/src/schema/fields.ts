import type { JsonValue } from "@car/ir";
import * as z from "zod";
import { compilePattern } from "../conditions/text-pattern.js";

/** Any JSON value. Rules are copied as JSON before they get here, so there is nothing more to check. */
export const JsonField = z.custom<JsonValue>((value) => value !== undefined, "expected a JSON value");

/** Text to search for or to show. Bounded, because searching costs time in proportion to it. */
export const TextField = z.string().min(1).max(1_000);

/** A tool's name, or `prefix*` for every tool whose name starts so; `*` alone is every tool. */
export const ToolField = z.string().min(1).max(256).describe("A tool's name, or `prefix*`.");

/** A regular expression in RE2 syntax. */
export const PatternField = TextField.superRefine((source, context) => {
  const compiled = compilePattern(source);
  if (typeof compiled === "string") context.addIssue(compiled);
}).describe("A regular expression in RE2 syntax, found anywhere in the text.");

/** Where a parameter stands. */
export const ParamField = z
  .union([
    z.string().regex(/^[^.]+(\.[^.]+)*$/, "expected names with single dots between them"),
    z.array(z.string()).min(1).max(32),
  ])
  .describe("A dot path such as `headers.host`, or a list of names. `*` is every member.");
export type ParamField = z.infer<typeof ParamField>;
