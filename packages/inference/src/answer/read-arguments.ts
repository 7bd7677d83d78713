import { readModelJson } from "@car/ir/internal";
import { badAnswer } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";

/** Of which call of which model. */
export interface ArgumentsOf {
  readonly model: string;
  readonly name: unknown;
}

/**
 * The arguments of a tool call as a service gives them: an object or its JSON text, nothing at all for none. Text that is
 * no JSON comes back as it is: whoever makes the call tells the model.
 * @throws `CAR_INFERENCE_FAILED` (`bad_answer`) for JSON of which a part would be lost.
 */
export function readArguments(input: unknown, { model, name }: ArgumentsOf): unknown {
  if (input === undefined || input === null) return {};
  if (typeof input !== "string") return input;
  if (input.trim() === "") return {};
  const read = readModelJson(input, { maxDepth: INFERENCE_LIMITS.maxJsonDepth });
  if ("value" in read) return read.value;
  if (read.losesDigits !== true) return input;
  throw badAnswer(model, `the arguments of a call of \`${String(name)}\`: ${read.problem}`);
}
