import { badAnswer } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";

/** The `data` of each server-sent event in a text that comes in pieces, up to `[DONE]`. One line is one event, as in OpenAI's API. */
export async function* serverSentData(pieces: AsyncIterable<string>, model: string): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split(/\r\n|\n|\r/);
    rest = lines.pop()!;
    if (rest.length > INFERENCE_LIMITS.maxAnswerChars) throw badAnswer(model, "a line of the stream is too long");
    for (const line of lines) {
      const data = dataOf(line);
      if (data === "[DONE]") return;
      if (data !== undefined) yield data;
    }
  }
  const last = dataOf(rest);
  if (last !== undefined && last !== "[DONE]") yield last;
}

function dataOf(line: string): string | undefined {
  return line.startsWith("data:") ? line.slice(5).trim() : undefined;
}
