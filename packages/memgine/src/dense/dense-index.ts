import { assertKnownOptions } from "@car/ir/internal";
import type { Scored } from "../index/top-documents.js";
import { topDocuments } from "../index/top-documents.js";
import { createHnsw, type Hnsw } from "./hnsw.js";
import { createVectorTable, signsOf, unitOf, type VectorTable } from "./vector-table.js";

/** Nearest vectors by cosine. */
export interface DenseIndex {
  readonly dim: number;
  readonly size: number;
  add(document: number, vector: Float32Array): void;
  remove(document: number): void;
  /** Best first; ties by ascending document. */
  search(query: Float32Array, options: DenseQuery): readonly Scored[];
}

/** Bounds of one search. */
export interface DenseQuery {
  readonly limit: number;
  readonly accepts?: ((document: number) => boolean) | undefined;
}

/** How many vectors are compared one by one, and from how many on a graph leads the search. */
export interface DenseThresholds {
  /** Default 6,000: all cosines are computed, the answer is exact. */
  readonly exactUpTo: number;
  /** Default 150,000. In between, signs are compared and the nearest are computed exactly. */
  readonly graphFrom: number;
}

const THRESHOLDS: DenseThresholds = { exactUpTo: 6_000, graphFrom: 150_000 };
const RESCORED_LEAST = 400;
const RESCORED_PER_RESULT = 4;

/** An empty index for vectors of length `dim`. */
export function createDenseIndex(dim: number, thresholds: Partial<DenseThresholds> = {}): DenseIndex {
  assertKnownOptions(thresholds, Object.keys(THRESHOLDS), "thresholds");
  const { exactUpTo, graphFrom } = { ...THRESHOLDS, ...thresholds };
  const table = createVectorTable(dim);
  let graph: Hnsw | undefined;
  let size = 0;

  const slots = function* (): Generator<number> {
    for (let slot = 0; slot < table.size; slot += 1) if (table.documentAt(slot) >= 0) yield slot;
  };
  const slotsNear = (query: Float32Array, limit: number): Iterable<number> => {
    if (table.size <= exactUpTo) return slots();
    const wanted = Math.max(RESCORED_LEAST, limit * RESCORED_PER_RESULT);
    if (graph !== undefined) return graph.search((slot) => table.cosine(slot, query), wanted);
    return nearestSigns(table, signsOf(query), wanted);
  };
  return {
    dim,
    get size() {
      return size;
    },
    add(document, vector) {
      if (!table.has(document)) size += 1;
      table.set(document, vector);
      if (graph !== undefined) graph.add(table.size - 1);
      else if (table.size >= graphFrom) {
        graph = createHnsw((left, right) => table.between(left, right));
        for (let slot = 0; slot < table.size; slot += 1) graph.add(slot);
      }
    },
    remove(document) {
      if (table.has(document)) size -= 1;
      table.remove(document);
    },
    search(query, { limit, accepts }) {
      const unit = unitOf(query);
      const scores = new Map<number, number>();
      for (const slot of slotsNear(unit, limit)) {
        const document = table.documentAt(slot);
        if (document >= 0) scores.set(document, table.cosine(slot, unit));
      }
      return topDocuments(scores.keys(), (document) => scores.get(document) ?? 0, { limit, accepts });
    },
  };
}

/** Slots whose signs differ least, found by counting: a difference is a small whole number. */
function nearestSigns(table: VectorTable, signs: Uint32Array, wanted: number): readonly number[] {
  const distances = table.distances(signs);
  const counts = new Uint32Array(table.dim + 33);
  for (const distance of distances) counts[distance] = (counts[distance] ?? 0) + 1;
  let limit = 0;
  for (let taken = counts[0] ?? 0; taken < wanted && limit < table.dim;) {
    limit += 1;
    taken += counts[limit] ?? 0;
  }
  const near: number[] = [];
  for (let slot = 0; slot < table.size; slot += 1) if ((distances[slot] ?? 0) <= limit) near.push(slot);
  return near;
}
