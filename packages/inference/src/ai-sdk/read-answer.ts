import type { InferenceResponse } from "@car/ir/ports";
import { checkResponse } from "../answer/check-response.js";
import { readArguments } from "../answer/read-arguments.js";
import { fieldsOf } from "../http/fields-of.js";

type Fields = Readonly<Record<string, unknown>>;

/** What `doGenerate` gave, in the form of the port. @throws `CAR_INFERENCE_FAILED` (`bad_answer`). */
export function readAnswer(value: unknown, model: string): InferenceResponse {
  const { content, usage, finishReason } = fieldsOf(value);
  const parts = Array.isArray(content) ? content.map(fieldsOf) : [];
  const calls = parts.filter(({ type, providerExecuted }) => type === "tool-call" && providerExecuted !== true);
  const answer = {
    text: parts.map(({ type, text }) => (type === "text" && typeof text === "string" ? text : "")).join(""),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => readCall(call, model)) }),
    usage: readUsage(usage),
    finish_reason: readFinish(finishReason),
  };
  return checkResponse(answer, model);
}

/** A tool call part. Its `input` is JSON text, which the port allows. */
export function readCall({ toolCallId, toolName, input }: Fields, model: string): Fields {
  return { id: toolCallId, name: toolName, arguments: readArguments(input, { model, name: toolName }) };
}

/** Version 2 has plain counts, later versions an object for each. */
export function readUsage(usage: unknown): InferenceResponse["usage"] {
  const { inputTokens, outputTokens } = fieldsOf(usage);
  return { input_tokens: totalOf(inputTokens), output_tokens: totalOf(outputTokens) };
}

/** Version 2 has text, later versions an object. */
export function readFinish(reason: unknown): string {
  const text = typeof reason === "string" ? reason : fieldsOf(reason)["unified"];
  return typeof text === "string" ? text : "";
}

function totalOf(count: unknown): number {
  const total = typeof count === "number" ? count : fieldsOf(count)["total"];
  return typeof total === "number" ? total : 0;
}
