import type { JsonValue } from "@car/ir";
import type { InferenceChunk, InferenceProvider, InferenceRequest, InferenceResponse } from "@car/ir/ports";
import { chunksOf } from "../answer/chunks-of.js";
import { failureOf } from "../failure/failure-of.js";
import { type Endpoint, guarded, post, secretsOf } from "./endpoint.js";
import { readWholeBody, streamOrWhole } from "./read-body.js";
import { parseFields, serverSentObjects } from "./server-sent-events.js";

/** Whose answer is read, and to what. */
export interface AnswerOf {
  readonly model: string;
  readonly request: Pick<InferenceRequest, "tools">;
  /** What must not be in an error's message. */
  readonly secrets: readonly string[];
}

/** What one API calls things. */
export interface ModelApi {
  /** Below the endpoint's address. */
  readonly path: string;
  bodyOf(request: InferenceRequest, how: { readonly stream: boolean }): Record<string, JsonValue>;
  read(body: Readonly<Record<string, unknown>>, of: AnswerOf): InferenceResponse;
  readStream(events: AsyncIterable<Readonly<Record<string, unknown>>>, of: AnswerOf): AsyncIterable<InferenceChunk>;
}

/** A language model behind HTTP, in one piece and as a stream. */
export function httpModel(at: Endpoint, api: ModelApi): Required<Pick<InferenceProvider, "infer" | "stream">> {
  const { path } = api;
  return {
    async infer(request, call) {
      const answer = await post(at, { path, body: api.bodyOf(request, { stream: false }), call });
      return guarded(at, call, async () => {
        const body = parseFields(await readWholeBody(answer, { model: at.id, call }), at.id);
        return api.read(body, { model: at.id, request, secrets: secretsOf(at) });
      });
    },
    async *stream(request, call) {
      const answer = await post(at, { path, body: api.bodyOf(request, { stream: true }), call });
      const of = { model: at.id, request, secrets: secretsOf(at) };
      try {
        const said = await streamOrWhole(answer, { model: at.id, call });
        if ("pieces" in said) yield* api.readStream(serverSentObjects(said.pieces, at.id), of);
        else yield* chunksOf(api.read(parseFields(said.whole, at.id), of));
      } catch (error) {
        throw failureOf(error, { model: at.id, call, secrets: secretsOf(at) });
      }
    },
  };
}
