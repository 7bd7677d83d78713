import type { InferenceCall, InferenceChunk } from "@car/ir/ports";
import { answerBuilder } from "../answer/answer-builder.js";
import { canceled } from "../failure/failure-of.js";
import { aiSdkFailure } from "./failure.js";
import { fieldsOf } from "../http/fields-of.js";
import { readCall, readFinish, readUsage } from "./read-answer.js";

/** Whose stream it is. */
export interface StreamOf {
  readonly model: string;
  readonly call: InferenceCall | undefined;
}

/** Chunks of an AI SDK stream. One part is read for each that is wanted; whoever leaves early cancels the stream. */
export async function* readStream(stream: ReadableStream<unknown>, of: StreamOf): AsyncGenerator<InferenceChunk> {
  const answer = answerBuilder(of.model);
  for await (const part of partsOf(stream, of)) {
    const { type, delta } = part;
    if (type === "text-delta" && typeof delta === "string" && delta !== "") yield answer.text(delta);
    if (type === "tool-call" && part["providerExecuted"] !== true) answer.call(readCall(part, of.model));
    if (type === "error") throw aiSdkFailure(part["error"], of);
    if (type !== "finish") continue;
    answer.usage = readUsage(part["usage"]);
    answer.finish = readFinish(part["finishReason"]);
  }
  yield* answer.end();
}

/** The parts, until the end or the signal: not every provider's stream ends by itself when it is aborted. */
async function* partsOf(
  stream: ReadableStream<unknown>,
  { model, call }: StreamOf,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const reader = stream.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  call?.signal?.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (call?.signal?.aborted === true) throw canceled(model);
      if (done) return;
      yield fieldsOf(value);
    }
  } finally {
    call?.signal?.removeEventListener("abort", stop);
    stop();
  }
}
