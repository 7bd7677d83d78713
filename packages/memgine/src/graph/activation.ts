import type { Adjacency } from "./adjacency.js";

/** Where activation starts, and how much of it. */
export interface Seed {
  readonly node: number;
  readonly weight: number;
}

/** How far activation spreads. */
export interface SpreadOptions {
  /** Share that stays where it is at each step. Default 0.5. */
  readonly damping?: number;
  /** Activation per edge that is not worth passing on; the cost is bounded by its inverse. Default 1e-4. */
  readonly epsilon?: number;
  /** What activation may pass through. */
  readonly accepts?: (node: number) => boolean;
}

/** Spreads activation from seeds over the graph. */
export interface Spreader {
  /** Activation per reached node, in the order in which they were reached. */
  spread(seeds: readonly Seed[], options?: SpreadOptions): ReadonlyMap<number, number>;
}

/**
 * Personalised PageRank by forward push. The work depends on `epsilon`, not on the size of the graph; nodes with very many edges
 * pass little on and so are not opened.
 */
export function createSpreader(adjacency: Adjacency): Spreader {
  let residue = new Float64Array(0);
  let queued = new Uint8Array(0);

  return {
    spread(seeds, { damping = 0.5, epsilon = 1e-4, accepts } = {}) {
      if (residue.length < adjacency.capacity) {
        residue = new Float64Array(adjacency.capacity);
        queued = new Uint8Array(adjacency.capacity);
      }
      const reached = new Map<number, number>();
      const touched: number[] = [];
      const queue: number[] = [];
      const offer = (node: number, amount: number): void => {
        if (residue[node] === 0) touched.push(node);
        residue[node] = (residue[node] ?? 0) + amount;
        if (queued[node] === 1 || (residue[node] ?? 0) < epsilon * Math.max(1, adjacency.degreeOf(node))) return;
        queued[node] = 1;
        queue.push(node);
      };
      const total = seeds.reduce((sum, { weight }) => sum + weight, 0);
      if (total <= 0) return reached;
      for (const { node, weight } of seeds) offer(node, weight / total);

      for (let at = 0; at < queue.length; at += 1) {
        const node = queue[at] ?? 0;
        queued[node] = 0;
        const amount = residue[node] ?? 0;
        // INVARIANT: what is kept and what is still to be passed on sum to at most 1.
        residue[node] = 0;
        reached.set(node, (reached.get(node) ?? 0) + damping * amount);
        const share = ((1 - damping) * amount) / (adjacency.weightOf(node) || 1);
        adjacency.forEachNeighbour(node, (neighbour, multiplier) => {
          if (accepts === undefined || accepts(neighbour)) offer(neighbour, share * multiplier);
        });
      }
      for (const node of touched) {
        residue[node] = 0;
        queued[node] = 0;
      }
      return reached;
    },
  };
}
