import type { InferenceChunk, InferenceResponse } from "@car/ir/ports";
import { type AnswerBuilder, answerBuilder } from "../answer/answer-builder.js";
import { CallAssembler, type CallPiece, openAiPiece } from "../answer/call-assembler.js";
import { checkResponse } from "../answer/check-response.js";
import { badAnswer } from "../failure/failure-of.js";
import { errorInside, serviceFailure } from "../failure/service-failure.js";
import { fieldsOf, listOf, textOf } from "../http/fields-of.js";
import type { AnswerOf } from "../http/http-model.js";
import { isWholeAnswer } from "@car/ir/internal";

type Fields = Readonly<Record<string, unknown>>;

/** A chat completion in the form of the port. @throws `CAR_INFERENCE_FAILED`, also for an error that it holds. */
export function readCompletion(body: Fields, of: AnswerOf): InferenceResponse {
  const reading = new CompletionReading(of);
  const choices = reading.take(body, "message");
  if (choices.length === 0) throw badAnswer(of.model, "the completion has no choices");
  const isSaid = ({ message, delta }: Fields): boolean => typeof (message ?? delta ?? undefined) === "object";
  if (!choices.every(isSaid)) throw badAnswer(of.model, "the completion has no message");
  const calls = reading.calls.calls();
  return checkResponse(
    {
      text: reading.text.join(""),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      usage: reading.answer.usage,
      finish_reason: reading.answer.finish,
    },
    of.model,
  );
}

/** A streamed chat completion, chunk by chunk. Tool calls come once the whole answer is there, at the end. */
export async function* readCompletionStream(
  events: AsyncIterable<Fields>,
  of: AnswerOf,
): AsyncGenerator<InferenceChunk> {
  const reading = new CompletionReading(of);
  for await (const event of events) {
    reading.take(event, "delta");
    for (const text of reading.text.splice(0)) yield reading.answer.text(text);
  }
  if (reading.answer.finish !== undefined && isWholeAnswer(reading.answer.finish)) {
    for (const call of reading.calls.calls()) reading.answer.call(call);
  }
  yield* reading.answer.end();
}

/** What was read of a completion so far. */
class CompletionReading {
  readonly answer: AnswerBuilder;
  readonly calls: CallAssembler;
  /** Texts that were not passed on yet. */
  readonly text: string[] = [];
  private readonly model: string;
  private readonly secrets: readonly string[];

  constructor({ model, request: { tools = [] }, secrets }: AnswerOf) {
    this.model = model;
    this.secrets = secrets;
    this.answer = answerBuilder(model);
    this.calls = new CallAssembler(
      model,
      tools.map(({ name }) => name),
    );
  }

  /** Takes a completion, or a chunk of one, and gives its choices: several of index 0 are parts of one answer. */
  take(part: Fields, where: "message" | "delta"): readonly Fields[] {
    if (errorInside(part)) throw serviceFailure({ said: part, model: this.model, secrets: this.secrets });
    if (part["usage"] != null) this.answer.usage = usageOf(part);
    const choices = listOf(part["choices"])
      .map(fieldsOf)
      .filter(({ index }) => (index ?? 0) === 0);
    for (const choice of choices) this.takeChoice(choice, where);
    return choices;
  }

  private takeChoice(choice: Fields, where: "message" | "delta"): void {
    const said = fieldsOf(choice[where] ?? choice["delta"] ?? choice["message"]);
    const refusal = textOf(said["refusal"]);
    this.text.push(...textsOf(said["content"], this.model), ...(refusal === undefined ? [] : [refusal]));
    this.calls.take(piecesOf(said, this.model));
    this.note(refusal === undefined ? textOf(choice["finish_reason"]) : "content_filter");
  }

  /** The first reason counts, but that a later one says that something is missing. */
  private note(finish: string | undefined): void {
    const { answer } = this;
    if (finish === undefined || (answer.finish !== undefined && isWholeAnswer(finish))) return;
    if (answer.finish === undefined || isWholeAnswer(answer.finish)) answer.finish = finish;
  }
}

/** The calls or, where there are none, the one of the API's older form: servers that say both say one call twice. */
function piecesOf({ tool_calls: calls, function_call: called }: Fields, model: string): readonly CallPiece[] {
  if (calls != null && !Array.isArray(calls)) throw badAnswer(model, "its tool calls are not a list");
  const said = listOf(calls);
  return (said.length > 0 || called == null ? said : [{ function: called }]).map(openAiPiece);
}

const THOUGHTS = /reason|think|thought/i;

/** Text, or a list of parts. What the model thinks is not what it says. */
function* textsOf(content: unknown, model: string): Generator<string> {
  if (content != null && typeof content !== "string" && !Array.isArray(content))
    throw badAnswer(model, "its content is no text");
  const whole = textOf(content);
  if (whole !== undefined) yield whole;
  for (const part of listOf(content)) {
    const { type = "text", text, refusal } = fieldsOf(part);
    const said = textOf(part) ?? textOf(text) ?? textOf(fieldsOf(text)["value"]) ?? textOf(refusal);
    if (THOUGHTS.test(String(type))) continue;
    if (said !== undefined) yield said;
    else if (text === undefined)
      throw badAnswer(model, `it answered with a part of kind \`${String(type).slice(0, 40)}\`, which is no text`);
  }
}

/** The API's counts by the port's names. */
export function usageOf({ usage }: Fields): InferenceResponse["usage"] {
  const counts = fieldsOf(usage);
  const count = (...names: readonly string[]): number => {
    const found = names.map((name) => counts[name]).find((value) => typeof value === "number");
    return typeof found === "number" ? found : 0;
  };
  return {
    input_tokens: count("prompt_tokens", "input_tokens"),
    output_tokens: count("completion_tokens", "output_tokens"),
  };
}
