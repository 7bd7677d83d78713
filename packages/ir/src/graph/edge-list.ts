/** What an edge means for the action at its end. */
export const EDGE_ORDER = 0;
/** `dependencies` or a reference: the end is skipped when the start does not succeed. */
export const EDGE_DATA = 1;
/** A `state_dependencies` key whose only writer is the start: skipped likewise. */
export const EDGE_SUPPLY = 2;

/** Edges while a graph is being built, by action index. */
export class EdgeList {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly kind: number[] = [];

  /** Adds an edge; an edge from an action to itself means nothing and is left out. */
  add(from: number, to: number, kind: number): void {
    if (from === to) return;
    this.from.push(from);
    this.to.push(to);
    this.kind.push(kind);
  }
}

/** Edges in compressed rows: those of action `i` are at `offsets[i]` up to, not including, `offsets[i + 1]`. */
export interface EdgeRows {
  readonly indegree: Int32Array;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly kinds: Uint8Array;
}

/** Sorts an edge list into rows by its start (counting sort; edges of one start keep their order). */
export function edgeRows(edges: EdgeList, size: number): EdgeRows {
  const indegree = new Int32Array(size);
  const offsets = new Int32Array(size + 1);
  const count = edges.from.length;
  for (let e = 0; e < count; e++) {
    const from = edges.from[e]!;
    const to = edges.to[e]!;
    offsets[from + 1]!++;
    indegree[to]!++;
  }
  for (let i = 0; i < size; i++) offsets[i + 1]! += offsets[i]!;
  const targets = new Int32Array(count);
  const kinds = new Uint8Array(count);
  const next = offsets.slice(0, size);
  for (let e = 0; e < count; e++) {
    const slot = next[edges.from[e]!]!++;
    targets[slot] = edges.to[e]!;
    kinds[slot] = edges.kind[e]!;
  }
  return { indegree, offsets, targets, kinds };
}
