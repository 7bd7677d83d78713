import { addHalf, createHalfEdges, ensureNode, NONE } from "./half-edges.js";
import { EDGE_KINDS, EDGE_MULTIPLIERS, type EdgeKind } from "../model/edge-kind.js";

/** Edges between numbered nodes as chains in typed arrays; each edge can be walked from both ends. */
export interface Adjacency {
  /** Makes room for a node; `connect` does so by itself. */
  ensure(node: number): void;
  connect(from: number, to: number, kind: EdgeKind): void;
  /** Nodes whose `kind` edge leads to `node`, newest edge first. */
  sourcesOf(node: number, kind: EdgeKind): number[];
  /** Nodes that a `kind` edge of `node` leads to, newest edge first. */
  targetsOf(node: number, kind: EdgeKind): number[];
  /** Calls `visit` with each neighbour, in either direction, and the multiplier of the edge. */
  forEachNeighbour(node: number, visit: (neighbour: number, multiplier: number) => void): void;
  /** Sum of the multipliers at `node`, and how many edges it has. */
  weightOf(node: number): number;
  degreeOf(node: number): number;
  /** Nodes there is room for. */
  readonly capacity: number;
  readonly edges: number;
}

const MULTIPLIERS = EDGE_KINDS.map((kind) => EDGE_MULTIPLIERS[kind]);

/** No nodes, no edges. */
export function createAdjacency(): Adjacency {
  const edges = createHalfEdges();
  // A code is the kind times two, plus one for the half that is walked against the edge's direction.
  const codeOf = (kind: EdgeKind): number => EDGE_KINDS.indexOf(kind) * 2;
  const across = (node: number, code: number): number[] => {
    const found: number[] = [];
    for (let at = edges.heads[node] ?? NONE; at !== NONE; at = edges.next[at] ?? NONE) {
      if (edges.codes[at] === code) found.push(edges.ends[at] ?? 0);
    }
    return found;
  };

  return {
    ensure: (node) => ensureNode(edges, node),
    connect(from, to, kind) {
      ensureNode(edges, Math.max(from, to));
      const code = codeOf(kind);
      const multiplier = EDGE_MULTIPLIERS[kind];
      addHalf(edges, [from, to], { code, multiplier });
      addHalf(edges, [to, from], { code: code + 1, multiplier });
    },
    sourcesOf: (node, kind) => across(node, codeOf(kind) + 1),
    targetsOf: (node, kind) => across(node, codeOf(kind)),
    forEachNeighbour(node, visit) {
      for (let at = edges.heads[node] ?? NONE; at !== NONE; at = edges.next[at] ?? NONE) {
        visit(edges.ends[at] ?? 0, MULTIPLIERS[(edges.codes[at] ?? 0) >> 1] ?? 0);
      }
    },
    weightOf: (node) => edges.weights[node] ?? 0,
    degreeOf: (node) => edges.degrees[node] ?? 0,
    get capacity() {
      return edges.heads.length;
    },
    get edges() {
      return edges.count / 2;
    },
  };
}
