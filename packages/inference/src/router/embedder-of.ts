import type { Embedder, Inference } from "@car/ir/ports";
import { NoModelError } from "@car/ir";

/** Which model, and how long its vectors are. */
export interface EmbedderOptions {
  /** A model's id. Pinned: vectors of two models are never mixed. */
  readonly model: string;
  readonly dim: number;
}

/** One model of a router, or a provider, as an embedder for a memory. */
export function embedderOf(inference: Pick<Inference, "embed">, { model, dim }: EmbedderOptions): Embedder {
  return {
    id: model,
    dim,
    async embed(texts, options = {}) {
      if (inference.embed === undefined) throw new NoModelError(`model \`${model}\` cannot \`embed\``);
      return (await inference.embed({ texts, model }, options)).embeddings;
    },
  };
}
