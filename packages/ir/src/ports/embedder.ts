/**
 * Turns texts into vectors whose cosine says how near they are in meaning. Memory and inference work without one; whatever
 * uses one checks what it gives, and goes on without it when it fails.
 */
export interface Embedder {
  /** Names the model and its version; vectors of different ids are never compared. */
  readonly id: string;
  /** Length of every vector. */
  readonly dim: number;
  /** One vector of length `dim` for each text, in order. Rejects when the model cannot answer. */
  embed(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<readonly Float32Array[]>;
}
