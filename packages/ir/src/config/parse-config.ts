import type { z } from "zod";
import { ConfigInvalidError } from "../errors/plain-errors.js";
import { problemText } from "../errors/detailed-errors.js";
import { parseInput } from "../parse/parse-input.js";
import { DEFAULT_LIMITS } from "./limits.js";

/**
 * Checks an option of the host, such as `Limits`, against its schema, fills in the defaults, and copies and freezes
 * the result. `what` names the option in the error.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) that lists everything that is wrong.
 */
export function parseConfig<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const parsed = parseInput(schema, input, DEFAULT_LIMITS);
  if ("value" in parsed) return parsed.value;
  throw new ConfigInvalidError(`\`${what}\` is invalid: ${parsed.problems.map(problemText).join("; ")}`);
}
