import { EmbedderInvalidError } from "@car/ir";
import type { Embedder } from "@car/ir/ports";
import { createDenseIndex, type DenseIndex, type DenseThresholds } from "./dense-index.js";

/** Vectors of what is remembered, made in the background. A failing embedder leaves a memory that finds by words and links. */
export interface Embedding {
  readonly index: DenseIndex;
  /** Texts waiting for a vector. */
  readonly waiting: number;
  /** The last failure; the next batch tries again. */
  readonly failure: Error | undefined;
  add(document: number, text: string): void;
  /** Forgets all vectors and all that waits. */
  clear(): void;
  /** Embeds what waits; settles when nothing waits or the embedder failed. Never rejects. */
  work(): Promise<void>;
  /** The query's vector, or `undefined` when the embedder fails. */
  vectorOf(query: string): Promise<Float32Array | undefined>;
}

const BATCH = 32;
/** Longer texts are embedded by their beginning. */
const READ = 2_000;

interface Work {
  readonly embedder: Embedder;
  readonly waiting: Map<number, string>;
  index: DenseIndex;
  failure: Error | undefined;
  running: Promise<void> | undefined;
}

/** Connects an embedder with an empty index. */
export function createEmbedding(embedder: Embedder, thresholds: Partial<DenseThresholds> = {}): Embedding {
  const create = (): DenseIndex => createDenseIndex(embedder.dim, thresholds);
  const work: Work = { embedder, waiting: new Map(), index: create(), failure: undefined, running: undefined };
  return {
    get index() {
      return work.index;
    },
    get waiting() {
      return work.waiting.size;
    },
    get failure() {
      return work.failure;
    },
    add: (document, text) => void work.waiting.set(document, text.slice(0, READ)),
    clear() {
      work.waiting.clear();
      work.index = create();
    },
    work() {
      work.running ??= workOff(work).finally(() => {
        work.running = undefined;
      });
      return work.running;
    },
    vectorOf: async (query) => (await ask(work, [query.slice(0, READ)]))?.[0],
  };
}

async function workOff(work: Work): Promise<void> {
  while (work.waiting.size > 0) {
    const batch = [...work.waiting].slice(0, BATCH);
    const texts = batch.map(([, text]) => text);
    const vectors = await ask(work, texts);
    if (vectors === undefined) return;
    for (const [at, [document, text]] of batch.entries()) {
      // Forgotten in the meantime.
      if (work.waiting.get(document) !== text) continue;
      work.waiting.delete(document);
      work.index.add(document, vectors[at] as Float32Array);
    }
  }
}

async function ask(work: Work, texts: readonly string[]): Promise<readonly Float32Array[] | undefined> {
  try {
    const vectors = await embedChecked(work.embedder, texts);
    work.failure = undefined;
    return vectors;
  } catch (error) {
    work.failure = error instanceof Error ? error : new EmbedderInvalidError(String(error));
    return undefined;
  }
}

/** @throws `CAR_EMBEDDER_INVALID` for too few vectors, another dimension, or a member that is no number. */
async function embedChecked(embedder: Embedder, texts: readonly string[]): Promise<readonly Float32Array[]> {
  const vectors = await embedder.embed(texts);
  if (vectors.length !== texts.length) {
    throw new EmbedderInvalidError(
      `embedder \`${embedder.id}\` gave ${vectors.length} vectors for ${texts.length} texts`,
    );
  }
  for (const vector of vectors) {
    if (vector.length !== embedder.dim) {
      throw new EmbedderInvalidError(
        `embedder \`${embedder.id}\` gave ${vector.length} dimensions, not ${embedder.dim}`,
      );
    }
    if (!vector.every(Number.isFinite)) throw new EmbedderInvalidError(`embedder \`${embedder.id}\` gave NaN`);
  }
  return vectors;
}
