import { CarError } from "@car/ir";
import type { Embedder } from "@car/ir/ports";
import { localEmbedder as sentenceModel } from "@car/inference-local";

/** The sentence model of `@car/inference-local`, or `undefined` where its packages are not installed. */
export async function localEmbedder(): Promise<Embedder | undefined> {
  const model = sentenceModel();
  try {
    await model.embed(["is it there?"]);
  } catch (error) {
    if (CarError.isInstance(error) && error.code === "CAR_INFERENCE_NO_MODEL") return undefined;
    throw error;
  }
  const known = new Map<string, Float32Array>();
  return {
    id: model.id,
    dim: model.dim,
    // The same sentences come again and again in an evaluation.
    async embed(texts) {
      const fresh = [...new Set(texts.filter((text) => !known.has(text)))];
      const vectors = await model.embed(fresh);
      for (const [at, text] of fresh.entries()) known.set(text, vectors[at] ?? new Float32Array(model.dim));
      return texts.map((text) => known.get(text) ?? new Float32Array(model.dim));
    },
  };
}
