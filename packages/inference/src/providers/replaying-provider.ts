import { ConfigInvalidError, InferenceFailedError, type JsonValue, NotRecordedError } from "@car/ir";
import type { InferenceCall, InferenceProvider } from "@car/ir/ports";
import { checkEmbeddings } from "../answer/check-embeddings.js";
import { checkResponse } from "../answer/check-response.js";
import { checkScores } from "../answer/check-scores.js";
import { throwIfCanceled } from "../failure/failure-of.js";
import { callKey, chunksIn, plainJson, type RecordedCall, type RecordedMethod, type Recording } from "./recording.js";

/**
 * A model that answers from a recording, and never in another way: it has nothing else to ask. A request that was made
 * more than once gets its answers in the order of the recording. Anything else rejects with `CAR_INFERENCE_NOT_RECORDED`.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) for what is no recording of this version.
 */
export function replayingProvider(recording: Recording): InferenceProvider {
  if ((recording as { readonly format_version: unknown }).format_version !== 1 || !Array.isArray(recording.calls)) {
    throw new ConfigInvalidError("this is no recording with `format_version` 1");
  }
  const { model, capabilities } = recording;
  const left = indexed(recording.calls);
  const take = (method: RecordedMethod, request: object, call: InferenceCall | undefined): JsonValue => {
    throwIfCanceled(model, call);
    const found = left.get(callKey(method, plainJson(request)))?.shift();
    if (found === undefined) throw new NotRecordedError(`the recording of \`${model}\` has no such \`${method}\``);
    if (found.failure === undefined) return found.answer ?? null;
    const { kind, message, retry_after_ms: retryAfterMs } = found.failure;
    throw new InferenceFailedError(message, { kind, model, retryAfterMs });
  };
  const can = (method: RecordedMethod): boolean => capabilities.includes(method);
  return {
    info: { id: model, capabilities },
    ...(can("infer") && { infer: async (request, call) => checkResponse(take("infer", request, call), model) }),
    ...(can("embed") && {
      embed: async (request, call) => checkEmbeddings(take("embed", request, call), { model, request }),
    }),
    ...(can("classify") && {
      classify: async (request, call) => checkScores(take("classify", request, call), request, model),
    }),
    ...(can("stream") && {
      async *stream(request, call) {
        for (const chunk of chunksIn(take("stream", request, call))) {
          throwIfCanceled(model, call);
          yield chunk;
        }
      },
    }),
  };
}

function indexed(calls: readonly RecordedCall[]): Map<string, RecordedCall[]> {
  const left = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const key = callKey(call.method, call.request);
    const same = left.get(key);
    if (same === undefined) left.set(key, [call]);
    else same.push(call);
  }
  return left;
}
