import type { InferenceChunk, InferenceResponse } from "@car/ir/ports";
import { type AnswerBuilder, answerBuilder } from "../answer/answer-builder.js";
import { checkResponse } from "../answer/check-response.js";
import { badAnswer } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";

type Fields = Readonly<Record<string, unknown>>;

/** A chat completion in the form of the port. @throws `CAR_INFERENCE_FAILED` (`bad_answer`). */
export function readCompletion(body: string, model: string): InferenceResponse {
  const completion = parseFields(body, model);
  const choice = firstChoice(completion);
  if (choice === undefined) throw badAnswer(model, "the completion has no choices");
  const { content, refusal, tool_calls: calls } = fieldsOf(choice["message"]);
  const refused = typeof refusal === "string" && refusal !== "";
  const answer = {
    text: refused ? refusal : typeof content === "string" ? content : "",
    ...(Array.isArray(calls) && calls.length > 0 ? { tool_calls: calls.map(callOf) } : {}),
    usage: usageOf(completion),
    finish_reason: refused ? "content_filter" : choice["finish_reason"],
  };
  return checkResponse(answer, model);
}

/** A streamed chat completion, chunk by chunk. Tool calls come once they are whole, at the end. */
export async function* readCompletionStream(
  data: AsyncIterable<string>,
  model: string,
): AsyncGenerator<InferenceChunk> {
  const answer = answerBuilder(model);
  const calls = new Map<number, { id: string; name: string; arguments: string }>();
  for await (const text of data) {
    const part = parseFields(text, model);
    if (part["error"] !== undefined) throw badAnswer(model, "the stream broke off with an error");
    if (part["usage"] != null) answer.usage = usageOf(part);
    const choice = firstChoice(part) ?? {};
    const { content, refusal, tool_calls: deltas } = fieldsOf(choice["delta"]);
    if (typeof choice["finish_reason"] === "string") answer.finish ??= choice["finish_reason"];
    if (typeof refusal === "string" && refusal !== "") answer.finish = "content_filter";
    for (const delta of [content, refusal]) if (typeof delta === "string" && delta !== "") yield answer.text(delta);
    for (const delta of Array.isArray(deltas) ? deltas : []) addDelta(calls, fieldsOf(delta), model);
  }
  yield* ended(answer, [...calls.values()]);
}

function* ended(answer: AnswerBuilder, calls: readonly { readonly arguments: string }[]): Generator<InferenceChunk> {
  for (const call of calls) yield answer.call({ ...call, arguments: jsonOrText(call.arguments) });
  yield answer.end();
}

function addDelta(
  calls: Map<number, { id: string; name: string; arguments: string }>,
  delta: Fields,
  model: string,
): void {
  const index = typeof delta["index"] === "number" ? delta["index"] : calls.size;
  const call = calls.get(index) ?? { id: "", name: "", arguments: "" };
  calls.set(index, call);
  const { name, arguments: input } = fieldsOf(delta["function"]);
  if (typeof delta["id"] === "string") call.id = delta["id"];
  if (typeof name === "string") call.name += name;
  if (typeof input === "string") call.arguments += input;
  const { maxAnswerChars, maxToolCalls } = INFERENCE_LIMITS;
  if (call.arguments.length > maxAnswerChars || calls.size > maxToolCalls) {
    throw badAnswer(model, "its tool calls are too many or too long");
  }
}

function callOf(value: unknown): Fields {
  const { id, function: called } = fieldsOf(value);
  const { name, arguments: input } = fieldsOf(called);
  return { id, name, arguments: typeof input === "string" ? jsonOrText(input) : input };
}

/** The API's counts by the port's names. */
export function usageOf({ usage }: Fields): InferenceResponse["usage"] {
  const { prompt_tokens: input, completion_tokens: output } = fieldsOf(usage);
  return {
    input_tokens: typeof input === "number" ? input : 0,
    output_tokens: typeof output === "number" ? output : 0,
  };
}

/** @throws `CAR_INFERENCE_FAILED` (`bad_answer`) when the text is no JSON object. */
export function parseFields(text: string, model: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Fields;
  } catch {
    // Said below; the engine's message may quote the text.
  }
  throw badAnswer(model, "the answer is not the JSON of this API");
}

function firstChoice({ choices }: Fields): Fields | undefined {
  return Array.isArray(choices) && choices.length > 0 ? fieldsOf(choices[0]) : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function jsonOrText(text: string): unknown {
  try {
    return text === "" ? {} : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
