import type { InferenceChunk, InferenceResponse } from "@car/ir/ports";
import { isWholeAnswer } from "@car/ir/internal";
import { answerBuilder } from "../answer/answer-builder.js";
import { CallAssembler, type CallPiece } from "../answer/call-assembler.js";
import { checkResponse } from "../answer/check-response.js";
import { badAnswer } from "../failure/failure-of.js";
import { errorInside, serviceFailure } from "../failure/service-failure.js";
import { fieldsOf, listOf, textOf } from "../http/fields-of.js";
import type { AnswerOf } from "../http/http-model.js";

type Fields = Readonly<Record<string, unknown>>;

/** A message in the form of the port. @throws `CAR_INFERENCE_FAILED`, also for an error that it holds. */
export function readMessage(body: Fields, { model, request, secrets }: AnswerOf): InferenceResponse {
  if (errorInside(body)) throw serviceFailure({ said: body, model, secrets });
  if (!Array.isArray(body["content"])) throw badAnswer(model, "the message has no content");
  const blocks = listOf(body["content"]).map(fieldsOf);
  const calls = assemblerOf({ model, request });
  calls.take(blocks.filter(isCall).map(({ id, name, input }, index) => ({ index, id, name, arguments: input })));
  const called = calls.calls();
  return checkResponse(
    {
      text: blocks.map(({ type, text }) => (type === "text" ? (textOf(text) ?? "") : "")).join(""),
      ...(called.length === 0 ? {} : { tool_calls: called }),
      usage: body["usage"],
      finish_reason: body["stop_reason"],
    },
    model,
  );
}

/** A streamed message, chunk by chunk. Tool calls come once the whole message is there, at the end. */
export async function* readMessageStream(
  events: AsyncIterable<Fields>,
  { model, request, secrets }: AnswerOf,
): AsyncGenerator<InferenceChunk> {
  const answer = answerBuilder(model);
  const calls = assemblerOf({ model, request });
  /** Blocks that are no calls of ours, such as those that the service makes itself: their pieces are none either. */
  const others = new Set<unknown>();
  let usage: Fields = {};
  for await (const event of events) {
    if (errorInside(event)) throw serviceFailure({ said: event, model, secrets });
    // Counts grow: the last of each is the whole.
    usage = { ...usage, ...fieldsOf(fieldsOf(event["message"])["usage"]), ...fieldsOf(event["usage"]) };
    const text = textIn(event);
    if (text !== undefined) yield answer.text(text);
    if (event["content_block"] != null && !isCall(fieldsOf(event["content_block"]))) others.add(event["index"]);
    const piece = pieceIn(event);
    if (piece !== undefined && !others.has(piece.index)) calls.take([piece]);
    answer.finish = textOf(fieldsOf(event["delta"])["stop_reason"]) ?? answer.finish;
  }
  answer.usage = usage as unknown as InferenceResponse["usage"];
  if (answer.finish !== undefined && isWholeAnswer(answer.finish)) for (const call of calls.calls()) answer.call(call);
  yield* answer.end();
}

function assemblerOf({ model, request: { tools = [] } }: Pick<AnswerOf, "model" | "request">): CallAssembler {
  return new CallAssembler(
    model,
    tools.map(({ name }) => name),
  );
}

function isCall({ type }: Fields): boolean {
  return type === "tool_use";
}

/** Thoughts and signatures are deltas of other kinds. */
function textIn(event: Fields): string | undefined {
  const block = fieldsOf(event["content_block"]);
  const delta = fieldsOf(event["delta"]);
  if (block["type"] === "text") return textOf(block["text"]);
  return delta["type"] === "text_delta" ? textOf(delta["text"]) : undefined;
}

/** A block's beginning has an empty input, which its deltas replace. */
function pieceIn(event: Fields): CallPiece | undefined {
  const block = fieldsOf(event["content_block"]);
  const delta = fieldsOf(event["delta"]);
  const { index } = event;
  if (isCall(block)) {
    const input = Object.keys(fieldsOf(block["input"])).length === 0 ? undefined : block["input"];
    return { index, id: block["id"], name: block["name"], arguments: input };
  }
  return delta["type"] === "input_json_delta" ? { index, arguments: delta["partial_json"] } : undefined;
}
