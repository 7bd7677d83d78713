import { type AnswerProblem, JsonInvalidError, type JsonValue } from "@car/ir";
import { copyJson, readModelJson } from "@car/ir/internal";
import { INFERENCE_LIMITS } from "../limits.js";

/** The JSON in a text, or what is wrong with it. */
export type JsonReading = { readonly value: JsonValue } | { readonly problems: readonly AnswerProblem[] };

/** The JSON that a model answered, where it is certain which that is. A text that is too long is not looked at. */
export function readJson(text: string): JsonReading {
  const { maxJsonChars, maxJsonDepth } = INFERENCE_LIMITS;
  if (text.length > maxJsonChars)
    return wrong(`the answer has ${text.length} characters; at most ${maxJsonChars} are read`);
  const read = readModelJson(text, { maxDepth: maxJsonDepth });
  if ("problem" in read) return wrong(`the answer: ${read.problem}; answer with JSON alone`);
  try {
    return { value: copyJson(read.value, { maxDepth: maxJsonDepth, maxBytes: 4 * maxJsonChars }) };
  } catch (thrown) {
    if (!(thrown instanceof JsonInvalidError)) throw thrown;
    return wrong(`the answer is not usable JSON: ${thrown.message}`);
  }
}

function wrong(message: string): JsonReading {
  return { problems: [{ path: "", message }] };
}
