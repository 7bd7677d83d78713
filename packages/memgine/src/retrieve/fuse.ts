import type { Scored } from "../index/top-documents.js";

/** How a hit came to be one. */
export interface Why {
  readonly via: "lexical" | "dense" | "graph";
  /** From 0 to 1, beside the best hit of its kind. */
  readonly score: number;
}

/** A node with its fused score and the reasons for it. */
export interface FusedHit {
  readonly number: number;
  readonly score: number;
  readonly why: readonly Why[];
}

/** How much each way of finding counts. */
export interface FusionWeights {
  readonly lexical: number;
  readonly dense: number;
  readonly graph: number;
}

/** Findings of one query. */
export interface Findings {
  readonly lexical: readonly Scored[];
  readonly dense: readonly Scored[];
  readonly graph: ReadonlyMap<number, number>;
}

const DEFAULT_WEIGHTS: FusionWeights = { lexical: 1, dense: 0.4, graph: 0.5 };
/** Cosines below this say nothing. */
const DENSE_FLOOR = 0.15;
/** The cosine at this rank is what texts of this memory have in common anyway. */
const DENSE_BACKGROUND = 40;
/** A best cosine below this is not worth the full weight. */
const LEAST_DENSE = 0.5;

/** Weighs the findings, each beside the best of its kind. Best first; equal scores: the higher number, learned later, first. */
export function fuse(
  { lexical, dense, graph }: Findings,
  { limit, weights }: { readonly limit: number; readonly weights?: Partial<FusionWeights> | undefined },
): readonly FusedHit[] {
  const weight = { ...DEFAULT_WEIGHTS, ...weights };
  const hits = new Map<number, { score: number; readonly why: Why[] }>();
  const add = (number: number, via: Why["via"], score: number): void => {
    let hit = hits.get(number);
    if (hit === undefined) {
      hit = { score: 0, why: [] };
      hits.set(number, hit);
    }
    hit.score += weight[via] * score;
    hit.why.push({ via, score });
  };

  const bestLexical = lexical[0]?.score ?? 1;
  for (const { document, score } of lexical) add(document, "lexical", score / bestLexical);
  // What everything has in common with the query says nothing: only how far a text stands out counts.
  const floor = Math.max(DENSE_FLOOR, dense[Math.min(dense.length, DENSE_BACKGROUND) - 1]?.score ?? 0);
  const span = Math.max(dense[0]?.score ?? 1, LEAST_DENSE) - floor;
  for (const { document, score } of dense) {
    if (score > floor && span > 0) add(document, "dense", (score - floor) / span);
  }
  let bestGraph = 0;
  for (const activation of graph.values()) bestGraph = Math.max(bestGraph, activation);
  for (const [number, activation] of graph) add(number, "graph", activation / bestGraph);

  return [...hits]
    .map(([number, { score, why }]) => ({ number, score, why }))
    .sort((left, right) => right.score - left.score || right.number - left.number)
    .slice(0, limit);
}
