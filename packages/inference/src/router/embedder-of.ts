import type { Embedder, Inference } from "@car/ir/ports";
import { NoModelError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";

/** Which model, and how long its vectors are. */
export interface EmbedderOptions {
  /** A model's id. Pinned: vectors of two models are never mixed. */
  readonly model: string;
  readonly dim: number;
}

/** One model of a router, or a provider, as an embedder for a memory. */
export function embedderOf(inference: Pick<Inference, "embed">, options: EmbedderOptions): Embedder {
  assertKnownOptions(options, ["model", "dim"], "embedderOf");
  const { model, dim } = options;
  return {
    id: model,
    dim,
    async embed(texts, call = {}) {
      if (inference.embed === undefined) throw new NoModelError(`model \`${model}\` cannot \`embed\``);
      return (await inference.embed({ texts, model }, call)).embeddings;
    },
  };
}
