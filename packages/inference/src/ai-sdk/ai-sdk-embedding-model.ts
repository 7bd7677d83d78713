import type { EmbedResponse, InferenceProvider } from "@car/ir/ports";
import { checkEmbeddings } from "../answer/check-embeddings.js";
import { throwIfCanceled } from "../failure/failure-of.js";
import type { AboutModel } from "./ai-sdk-language-model.js";
import { aiSdkFailure } from "./failure.js";
import type { AiSdkEmbeddingModel } from "./model-types.js";
import { fieldsOf } from "../http/fields-of.js";

/** Any embedding model of the AI SDK's ecosystem. More texts than it takes at once are sent in turns. */
export function aiSdkEmbeddingModel(model: AiSdkEmbeddingModel, about: AboutModel = {}): InferenceProvider {
  const id = about.id ?? `${model.provider}/${model.modelId}`;
  return {
    info: { capabilities: ["embed"], ...about, id },
    async embed(request, call) {
      const embeddings: unknown[] = [];
      let tokens = 0;
      try {
        const size = (await model.maxEmbeddingsPerCall) ?? request.texts.length;
        for (const values of slices(request.texts, size)) {
          throwIfCanceled(id, call);
          const abort = call?.signal === undefined ? {} : { abortSignal: call.signal };
          const part = readVectors(await model.doEmbed({ values, ...abort }));
          embeddings.push(...part.embeddings);
          tokens += part.tokens;
        }
        throwIfCanceled(id, call);
        return checked();
      } catch (error) {
        throw aiSdkFailure(error, { model: id, call });
      }
      function checked(): EmbedResponse {
        const usage = { input_tokens: tokens, output_tokens: 0 };
        return checkEmbeddings({ embeddings, usage }, { model: id, request, dim: about.dim });
      }
    },
  };
}

function* slices(texts: readonly string[], size: number): Generator<string[]> {
  const step = Math.max(1, Math.floor(size));
  for (let from = 0; from < texts.length; from += step) yield texts.slice(from, from + step);
}

function readVectors(value: unknown): { readonly embeddings: readonly unknown[]; readonly tokens: number } {
  const { embeddings, usage } = fieldsOf(value);
  const { tokens } = fieldsOf(usage);
  return {
    embeddings: Array.isArray(embeddings) ? (embeddings as readonly unknown[]) : [],
    tokens: typeof tokens === "number" ? tokens : 0,
  };
}
