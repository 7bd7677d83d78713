import type { InferenceChunk, InferenceResponse } from "@car/ir/ports";
import { assertWhole, lastChunks } from "./answer-builder.js";

/** A whole answer as a stream gives it: word by word, then the calls, then the end. @throws as a stream does for one that is not whole. */
export function* chunksOf(response: InferenceResponse): Generator<InferenceChunk> {
  for (const text of response.text.match(/\S*\s+|\S+/g) ?? []) yield { type: "text", text };
  assertWhole(response.finish_reason, response.model);
  yield* lastChunks(response);
}
