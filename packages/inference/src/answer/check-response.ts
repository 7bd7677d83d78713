import { JsonInvalidError } from "@car/ir";
import { copyJson, finishReasonOf, wellFormed } from "@car/ir/internal";
import type { InferenceResponse, InferenceToolCall } from "@car/ir/ports";
import { badAnswer } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";

/**
 * A provider's answer in the form of the port and within bounds: text is well-formed, tool calls have an id, a name and
 * JSON arguments, counts are counts, the reason of its end is one of the port's words. A missing count is 0; a missing
 * reason of an answer that came in one piece is that it had ended.
 * @throws `CAR_INFERENCE_FAILED` (`bad_answer`) for anything else.
 */
export function checkResponse(value: unknown, model: string): InferenceResponse {
  const { text, tool_calls: calls, usage, finish_reason: finish, model: name } = fieldsOf(value, model);
  const tool_calls = calls === undefined ? [] : checkCalls(calls, model);
  return {
    text: checkText(text, model),
    ...(tool_calls.length === 0 ? {} : { tool_calls }),
    usage: checkUsage(usage),
    model: typeof name === "string" && name !== "" ? name : model,
    finish_reason:
      typeof finish === "string" && finish !== ""
        ? finishReasonOf(finish)
        : tool_calls.length > 0
          ? "tool_calls"
          : "stop",
  };
}

/** @throws `CAR_INFERENCE_FAILED` (`bad_answer`) when it is no text, or too long. */
function checkText(text: unknown, model: string): string {
  if (typeof text !== "string") throw badAnswer(model, "the answer has no text");
  const max = INFERENCE_LIMITS.maxAnswerChars;
  if (text.length > max) throw badAnswer(model, `the answer has more than ${max} characters`);
  return wellFormed(text);
}

/** Token counts; what is no count is 0. */
export function checkUsage(usage: unknown): InferenceResponse["usage"] {
  const counts = typeof usage === "object" && usage !== null ? (usage as Readonly<Record<string, unknown>>) : {};
  return { input_tokens: countOf(counts["input_tokens"]), output_tokens: countOf(counts["output_tokens"]) };
}

/** @throws `CAR_INFERENCE_FAILED` (`bad_answer`) for what is no call, too many calls, or arguments that are no JSON. */
export function checkCalls(calls: unknown, model: string): readonly InferenceToolCall[] {
  if (!Array.isArray(calls)) throw badAnswer(model, "its tool calls are not a list");
  const max = INFERENCE_LIMITS.maxToolCalls;
  if (calls.length > max) throw badAnswer(model, `the answer has more than ${max} tool calls`);
  return calls.map((call: unknown) => checkCall(call, model));
}

function checkCall(value: unknown, model: string): InferenceToolCall {
  const { id, name, arguments: input, extra } = fieldsOf(value, model);
  if (typeof id !== "string" || typeof name !== "string") throw badAnswer(model, "a tool call has no id or no name");
  try {
    const limits = { maxBytes: INFERENCE_LIMITS.maxAnswerChars, maxDepth: INFERENCE_LIMITS.maxJsonDepth };
    return {
      id: wellFormed(id),
      name: wellFormed(name),
      arguments: copyJson(input, limits),
      ...(extra === undefined ? {} : { extra: copyJson(extra, limits) }),
    };
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    throw badAnswer(model, `the arguments of a tool call are not usable: ${error.message}`);
  }
}

function fieldsOf(value: unknown, model: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw badAnswer(model, "the answer is not an object");
}

function countOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}
