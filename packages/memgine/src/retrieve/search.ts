import type { Store } from "../core/store.js";
import type { Seed } from "../graph/activation.js";
import type { Scored } from "../index/top-documents.js";
import { fuse, type FusedHit, type FusionWeights } from "./fuse.js";

/** One way of finding by meaning; absent without an embedder. */
export interface DenseSearch {
  search(
    query: Float32Array,
    options: { readonly limit: number; readonly accepts?: (n: number) => boolean },
  ): readonly Scored[];
}

/** One search. */
export interface SearchRequest {
  readonly text: string;
  readonly limit: number;
  /** The query's vector; with `dense`, meaning counts too. */
  readonly vector?: Float32Array | undefined;
  readonly dense?: DenseSearch | undefined;
  /** Asked for candidates only. */
  readonly accepts: (number: number) => boolean;
  readonly weights?: Partial<FusionWeights> | undefined;
  /** What the query names directly, such as its speakers, and how much it counts beside the best hit. */
  readonly seeds?: readonly Seed[] | undefined;
  /** How many of the first findings activation spreads from. Default 12. */
  readonly spreadFrom?: number | undefined;
}

const LEXICAL_CANDIDATES = 200;
const DENSE_CANDIDATES = 100;
const SEEDS = 12;

/** Finds by words, by meaning and along the graph, and puts the findings together. Best first; ties: learned last, first. */
export function searchStore(store: Store, request: SearchRequest): readonly FusedHit[] {
  const terms = store.vocabulary.knownTermsOf(request.text);
  const { accepts, vector, dense } = request;
  const lexical = store.live.search(terms, { limit: LEXICAL_CANDIDATES, accepts });
  const near =
    vector === undefined || dense === undefined ? [] : dense.search(vector, { limit: DENSE_CANDIDATES, accepts });
  const found = { lexical, dense: near, graph: new Map<number, number>() };
  const direct = fuse(found, { ...request, limit: request.spreadFrom ?? SEEDS });
  const seeds: Seed[] = direct.map(({ number, score }) => ({ node: number, weight: score ** 2 }));
  const graph = store.spreader.spread([...seeds, ...(request.seeds ?? [])]);
  const reached = new Map<number, number>();
  for (const [number, activation] of graph) {
    if (store.entries[number] !== undefined && accepts(number)) reached.set(number, activation);
  }
  return fuse({ ...found, graph: reached }, request);
}
