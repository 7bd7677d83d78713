import type { EdgeLevel, PrecedenceGraph } from "./precedence-graph.js";

/**
 * Groups of two runs or more of which each precedes each other one, by Tarjan's algorithm with a list in the place of
 * recursion: histories are longer than call stacks.
 */
export function strongComponents(graph: PrecedenceGraph, level: EdgeLevel): readonly (readonly number[])[] {
  const search = new ComponentSearch(graph, level);
  for (let run = 0; run < graph.size; run++) search.visit(run);
  return search.components;
}

class ComponentSearch {
  readonly components: number[][] = [];
  readonly #graph: PrecedenceGraph;
  readonly #level: EdgeLevel;
  /** Order of the first visit, from 1; 0 while unvisited. */
  readonly #order: Uint32Array;
  readonly #low: Uint32Array;
  readonly #place: Uint32Array;
  readonly #isOpen: Uint8Array;
  readonly #open: number[] = [];
  #count = 0;

  constructor(graph: PrecedenceGraph, level: EdgeLevel) {
    this.#graph = graph;
    this.#level = level;
    this.#order = new Uint32Array(graph.size);
    this.#low = new Uint32Array(graph.size);
    this.#place = new Uint32Array(graph.size);
    this.#isOpen = new Uint8Array(graph.size);
  }

  visit(root: number): void {
    if (this.#order[root] !== 0) return;
    const path = [this.#enter(root)];
    while (path.length > 0) {
      const run = path[path.length - 1]!;
      const next = this.#advance(run);
      if (next !== undefined) {
        path.push(this.#enter(next));
        continue;
      }
      path.pop();
      const above = path[path.length - 1];
      if (above !== undefined) this.#low[above] = Math.min(this.#low[above]!, this.#low[run]!);
      if (this.#low[run] === this.#order[run]) this.#close(run);
    }
  }

  #enter(run: number): number {
    this.#order[run] = this.#low[run] = ++this.#count;
    this.#open.push(run);
    this.#isOpen[run] = 1;
    return run;
  }

  /** The next run to go down to; what is open already only lowers `run`. */
  #advance(run: number): number | undefined {
    const span = this.#graph.span(run);
    for (let place = this.#place[run]!; place < span; place += 2) {
      const target = this.#graph.target(run, place, this.#level);
      if (target < 0) continue;
      if (this.#order[target] === 0) {
        this.#place[run] = place + 2;
        return target;
      }
      if (this.#isOpen[target] === 1) this.#low[run] = Math.min(this.#low[run]!, this.#order[target]!);
    }
    this.#place[run] = span;
    return undefined;
  }

  #close(run: number): void {
    const members = this.#open.splice(this.#open.lastIndexOf(run));
    for (const member of members) this.#isOpen[member] = 0;
    if (members.length > 1) this.components.push(members.sort((left, right) => left - right));
  }
}
