import { DEFAULT_LIMITS } from "../config/limits.js";
import { ToolInvalidError } from "../errors/plain-errors.js";
import { problemText } from "../errors/detailed-errors.js";
import { parseInput } from "../parse/parse-input.js";
import { ToolSchema } from "./tool-schema.js";

/**
 * Checks what a host declares about a tool, fills in the defaults, and copies and freezes the result.
 * @throws `ToolInvalidError` (`CAR_TOOL_INVALID`) that names the tool and everything that is wrong.
 */
export function parseToolSchema(input: unknown): ToolSchema {
  const parsed = parseInput(ToolSchema, input, DEFAULT_LIMITS);
  if ("value" in parsed) return parsed.value;
  throw new ToolInvalidError(`${toolText(input)} is invalid: ${parsed.problems.map(problemText).join("; ")}`);
}

const TOOL_NAME = /^[\w.:/-]{1,80}$/;

function toolText(input: unknown): string {
  const name = typeof input === "object" && input !== null && "name" in input ? input.name : undefined;
  return typeof name === "string" && TOOL_NAME.test(name) ? `tool \`${name}\`` : "tool";
}
