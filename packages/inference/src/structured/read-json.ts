import { type AnswerProblem, JsonInvalidError, type JsonValue } from "@car/ir";
import { copyJson, scanJson } from "@car/ir/internal";
import { INFERENCE_LIMITS } from "../limits.js";

/** The JSON in a text, or what is wrong with it. */
export type JsonReading = { readonly value: JsonValue } | { readonly problems: readonly AnswerProblem[] };

const FENCED = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```$/i;

/**
 * The JSON that a model answered: the whole text, or the whole of one fenced block. Nothing is guessed out of prose, and
 * a text that is too long is not looked at.
 */
export function readJson(text: string): JsonReading {
  const { maxJsonChars, maxJsonDepth } = INFERENCE_LIMITS;
  if (text.length > maxJsonChars)
    return wrong(`the answer has ${text.length} characters; at most ${maxJsonChars} are read`);
  const trimmed = text.trim();
  if (trimmed === "") return wrong("the answer is empty; answer with JSON");
  const json = FENCED.exec(trimmed)?.[1] ?? trimmed;
  const error = scanJson(json, maxJsonDepth);
  if (error !== undefined) {
    const hint = /^[[{"]/.test(json) ? "" : "; answer with JSON alone, without any other text";
    return wrong(`the answer is not JSON: ${error.message} at character ${error.offset + 1} of ${json.length}${hint}`);
  }
  try {
    return { value: copyJson(JSON.parse(json), { maxDepth: maxJsonDepth, maxBytes: 4 * maxJsonChars }) };
  } catch (thrown) {
    if (!(thrown instanceof JsonInvalidError)) throw thrown;
    return wrong(`the answer is not usable JSON: ${thrown.message}`);
  }
}

function wrong(message: string): JsonReading {
  return { problems: [{ path: "", message }] };
}
