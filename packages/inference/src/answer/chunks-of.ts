import type { InferenceChunk, InferenceResponse } from "@car/ir/ports";

/** A whole answer as a stream gives it: word by word, then the calls, then the end. */
export function* chunksOf(response: InferenceResponse): Generator<InferenceChunk> {
  for (const text of response.text.match(/\S*\s+|\S+/g) ?? []) yield { type: "text", text };
  for (const call of response.tool_calls ?? []) yield { type: "tool_call", call };
  yield { type: "end", response };
}
