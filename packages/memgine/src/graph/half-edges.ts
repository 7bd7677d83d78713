/** Edges as chains in typed arrays, each entered at both of its ends. */
export interface HalfEdges {
  /** Per node: its first half edge, the sum of its multipliers, how many it has. */
  heads: Int32Array;
  weights: Float32Array;
  degrees: Int32Array;
  /** Per half edge: the next of the same node, the other end, and what it is. */
  next: Int32Array;
  ends: Int32Array;
  codes: Uint8Array;
  count: number;
}

/** Ends a chain. */
export const NONE = -1;

/** No nodes, no edges. */
export function createHalfEdges(): HalfEdges {
  return {
    heads: new Int32Array(1_024).fill(NONE),
    weights: new Float32Array(1_024),
    degrees: new Int32Array(1_024),
    next: new Int32Array(4_096),
    ends: new Int32Array(4_096),
    codes: new Uint8Array(4_096),
    count: 0,
  };
}

/** Makes room for a node. */
export function ensureNode(edges: HalfEdges, node: number): void {
  const { heads, weights, degrees } = edges;
  if (node < heads.length) return;
  const capacity = Math.max(node + 1, heads.length * 2);
  edges.heads = new Int32Array(capacity).fill(NONE);
  edges.heads.set(heads);
  edges.weights = new Float32Array(capacity);
  edges.weights.set(weights);
  edges.degrees = new Int32Array(capacity);
  edges.degrees.set(degrees);
}

/** Adds one half of an edge. */
export function addHalf(
  edges: HalfEdges,
  [from, to]: readonly [number, number],
  { code, multiplier }: { readonly code: number; readonly multiplier: number },
): void {
  if (edges.count === edges.next.length) growHalves(edges);
  const at = edges.count;
  edges.next[at] = edges.heads[from] ?? NONE;
  edges.ends[at] = to;
  edges.codes[at] = code;
  edges.heads[from] = at;
  edges.count += 1;
  edges.weights[from] = (edges.weights[from] ?? 0) + multiplier;
  edges.degrees[from] = (edges.degrees[from] ?? 0) + 1;
}

function growHalves(edges: HalfEdges): void {
  const { next, ends, codes } = edges;
  const capacity = next.length * 2;
  edges.next = new Int32Array(capacity);
  edges.next.set(next);
  edges.ends = new Int32Array(capacity);
  edges.ends.set(ends);
  edges.codes = new Uint8Array(capacity);
  edges.codes.set(codes);
}
