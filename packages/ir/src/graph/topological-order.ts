import type { EdgeRows } from "./edge-list.js";
import { IndexHeap } from "./index-heap.js";

/** An order of all actions, or the actions of one cycle in the order in which they wait for each other. */
export type TopologicalOrder = { readonly order: Int32Array } | { readonly cycle: readonly number[] };

/**
 * The stable topological order: always the ready action that stands first in the list (Kahn's algorithm with a
 * binary heap). Time O((actions + edges) x log actions).
 */
export function topologicalOrder(rows: EdgeRows, size: number): TopologicalOrder {
  const waiting = rows.indegree.slice();
  const heap = new IndexHeap();
  for (let i = 0; i < size; i++) if (waiting[i] === 0) heap.push(i);
  const order = new Int32Array(size);
  let placed = 0;
  while (heap.size > 0) {
    const index = heap.pop();
    order[placed++] = index;
    for (let e = rows.offsets[index]!; e < rows.offsets[index + 1]!; e++) {
      const target = rows.targets[e]!;
      if (--waiting[target]! === 0) heap.push(target);
    }
  }
  return placed === size ? { order } : { cycle: findCycle(rows, waiting) };
}

/** Walks along actions that still wait until one repeats; every such action has a successor or predecessor on a cycle. */
function findCycle(rows: EdgeRows, waiting: Int32Array): number[] {
  const predecessor = new Map<number, number>();
  for (let from = 0; from < waiting.length; from++) {
    if (waiting[from] === 0) continue;
    for (let e = rows.offsets[from]!; e < rows.offsets[from + 1]!; e++) predecessor.set(rows.targets[e]!, from);
  }
  let at = waiting.findIndex((count) => count > 0);
  const position = new Map<number, number>();
  const path: number[] = [];
  // INVARIANT: an action that still waits has a predecessor that still waits, so this walk meets itself.
  while (!position.has(at)) {
    position.set(at, path.length);
    path.push(at);
    at = predecessor.get(at)!;
  }
  return path.slice(position.get(at));
}
