import type { InferenceProvider, ModelInfo } from "@car/ir/ports";
import { canceled, throwIfCanceled } from "../failure/failure-of.js";
import { callOptions } from "./call-options.js";
import { aiSdkFailure } from "./failure.js";
import type { AiSdkLanguageModel } from "./model-types.js";
import { readAnswer } from "./read-answer.js";
import { readStream } from "./read-stream.js";

/** What a host may say of a model besides what the model says of itself. */
export type AboutModel = Partial<ModelInfo>;

/**
 * Any language model of the AI SDK's ecosystem. Its id here is `provider/modelId` unless `about` has another; it is
 * taken to know tools and JSON answers unless `about.capabilities` says otherwise.
 */
export function aiSdkLanguageModel(model: AiSdkLanguageModel, about: AboutModel = {}): InferenceProvider {
  const id = about.id ?? `${model.provider}/${model.modelId}`;
  return {
    info: { capabilities: ["infer", "stream", "tools", "json"], ...about, id },
    async infer(request, call) {
      throwIfCanceled(id, call);
      try {
        const answer = await model.doGenerate(callOptions(request, call));
        if (call?.signal?.aborted === true) throw canceled(id);
        return readAnswer(answer, id);
      } catch (error) {
        throw aiSdkFailure(error, { model: id, call });
      }
    },
    async *stream(request, call) {
      throwIfCanceled(id, call);
      try {
        const { stream } = await model.doStream(callOptions(request, call));
        yield* readStream(stream, { model: id, call });
      } catch (error) {
        throw aiSdkFailure(error, { model: id, call });
      }
    },
  };
}
