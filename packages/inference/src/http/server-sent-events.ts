import { createParser } from "eventsource-parser";
import { quoteLostIntegers } from "@car/ir/internal";
import { badAnswer } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";

/**
 * The JSON object of each server-sent event in a text that comes in pieces, up to `[DONE]`. An event whose last line the
 * server did not end counts as well.
 * @throws `CAR_INFERENCE_FAILED` (`bad_answer`) for an event that is no JSON object, or too long.
 */
export async function* serverSentObjects(
  pieces: AsyncIterable<string>,
  model: string,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const waiting: string[] = [];
  const parser = createParser({
    maxBufferSize: INFERENCE_LIMITS.maxAnswerChars,
    onEvent: ({ data }) => void waiting.push(data.trim()),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw badAnswer(model, "an event of the stream is too long");
    },
  });
  const done = (): boolean => waiting.includes("[DONE]");
  for await (const piece of pieces) {
    parser.feed(piece);
    yield* objectsOf(waiting, model);
    if (done()) return;
  }
  parser.feed("\n\n");
  yield* objectsOf(waiting, model);
}

function* objectsOf(waiting: string[], model: string): Generator<Readonly<Record<string, unknown>>> {
  while (waiting.length > 0 && waiting[0] !== "[DONE]") {
    const data = waiting.shift()!;
    if (data !== "") yield parseFields(data, model);
  }
}

/**
 * The object of a JSON text. An integer whose digits a number cannot keep is text in it: it may be in the arguments of a call.
 * @throws `CAR_INFERENCE_FAILED` (`bad_answer`) when the text is no JSON object.
 */
export function parseFields(text: string, model: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) {
      const lossless = quoteLostIntegers(text);
      return (lossless === text ? value : JSON.parse(lossless)) as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Said below; the engine's message may quote the text.
  }
  throw badAnswer(model, "the answer is not the JSON of this API");
}
