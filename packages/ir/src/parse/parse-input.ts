import type { z } from "zod";
import type { Limits } from "../config/limits.js";
import { JsonInvalidError } from "../errors/plain-errors.js";
import type { InputProblem } from "../errors/detailed-errors.js";
import { copyJson } from "../json/copy-json.js";
import { checkShape } from "./check-shape.js";
import { problemsOf } from "./finding.js";
import { freezeDeep } from "./freeze-deep.js";

/** A frozen value that fits its schema, or everything that does not fit, in document order. */
export type ParsedInput<T> = { readonly value: T } | { readonly problems: readonly InputProblem[] };

/** Copies a value, checks it against a schema and freezes the result. Never throws for what the value is. */
export function parseInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  limits: Pick<Limits, "max_bytes" | "max_depth">,
): ParsedInput<z.output<S>> {
  try {
    const copy = copyJson(input, { maxBytes: limits.max_bytes, maxDepth: limits.max_depth });
    const shape = checkShape(schema, copy, "error");
    return "value" in shape ? { value: freezeDeep(shape.value) } : { problems: problemsOf(shape.findings, copy) };
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    return { problems: [{ path: error.path, message: error.detail }] };
  }
}
