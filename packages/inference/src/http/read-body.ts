import type { InferenceCall } from "@car/ir/ports";
import { badAnswer, canceled } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";
import type { HttpAnswer } from "./http.js";

/** Whose body it is. */
export interface BodyOf {
  readonly model: string;
  readonly call: InferenceCall | undefined;
}

/**
 * A body's text, piece by piece, each read when it is wanted. Leaving the loop, or the call's signal, ends the transfer.
 * @throws `CAR_INFERENCE_FAILED`: `bad_answer` when it is larger than 16 MB, `canceled`.
 */
export async function* readBody({ body }: HttpAnswer, { model, call }: BodyOf): AsyncGenerator<string> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  call?.signal?.addEventListener("abort", stop, { once: true });
  try {
    for (let bytes = 0; ;) {
      const { done, value } = await reader.read();
      if (call?.signal?.aborted === true) throw canceled(model);
      if (done) break;
      bytes += value.byteLength;
      const max = INFERENCE_LIMITS.maxBodyBytes;
      if (bytes > max) throw badAnswer(model, `the HTTP answer has more than ${max} bytes`);
      yield decoder.decode(value, { stream: true });
    }
    const rest = decoder.decode();
    if (rest !== "") yield rest;
  } finally {
    call?.signal?.removeEventListener("abort", stop);
    stop();
  }
}

/** The whole body. */
export async function readWholeBody(answer: HttpAnswer, of: BodyOf): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of readBody(answer, of)) pieces.push(piece);
  return pieces.join("");
}

/**
 * What was asked to come as a stream: its text piece by piece or, where the server has answered with JSON in one piece all
 * the same, the whole.
 */
export async function streamOrWhole(
  answer: HttpAnswer,
  of: BodyOf,
): Promise<{ readonly pieces: AsyncGenerator<string> } | { readonly whole: string }> {
  const pieces = readBody(answer, of);
  let begun = "";
  while (begun.trimStart() === "") {
    const next = await pieces.next();
    if (next.done === true) return { whole: "" };
    begun += next.value;
  }
  if (!/^\s*[{[]/.test(begun)) return { pieces: withBeginning(begun, pieces) };
  for await (const piece of pieces) begun += piece;
  return { whole: begun };
}

async function* withBeginning(begun: string, pieces: AsyncGenerator<string>): AsyncGenerator<string> {
  yield begun;
  yield* pieces;
}
