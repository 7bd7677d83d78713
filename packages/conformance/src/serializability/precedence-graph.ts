import type { Dependency } from "./recorded-history.js";

/** Kinds of edges, from the weakest anomaly that they can take part in to the strongest. */
const EDGE_KINDS = ["ww", "wr", "rw"] as const satisfies readonly Dependency["kind"][];

/** Which edges to look at: those of the first `n` kinds. */
export type EdgeLevel = 1 | 2 | 3;

/** Which run must come before which, as lists of numbers: histories have millions of edges. */
export class PrecedenceGraph {
  readonly size: number;
  readonly #outgoing: number[][] = [];
  readonly #keys: string[] = [];
  readonly #keyNumbers = new Map<string, number>();

  /** @param size - how many runs there are; they are numbered from 0. */
  constructor(size: number) {
    this.size = size;
  }

  /** A run does not precede itself: such an edge is left out. */
  add(from: number, to: number, { kind, key }: Pick<Dependency, "kind" | "key">): void {
    if (from === to) return;
    const label = this.#keyNumber(key) * EDGE_KINDS.length + EDGE_KINDS.indexOf(kind);
    (this.#outgoing[from] ??= []).push(to, label);
  }

  /** The number of places in a run's list: two for each edge. */
  span(from: number): number {
    return this.#outgoing[from]?.length ?? 0;
  }

  /** Where the edge at an even `place` leads, or -1 when it is not of that level. */
  target(from: number, place: number, level: EdgeLevel): number {
    const edges = this.#outgoing[from]!;
    return edges[place + 1]! % EDGE_KINDS.length < level ? edges[place]! : -1;
  }

  label(from: number, place: number): Pick<Dependency, "kind" | "key"> {
    const label = this.#outgoing[from]![place + 1]!;
    const kind = EDGE_KINDS[label % EDGE_KINDS.length]!;
    return { kind, key: this.#keys[Math.floor(label / EDGE_KINDS.length)]! };
  }

  #keyNumber(key: string): number {
    const known = this.#keyNumbers.get(key);
    if (known !== undefined) return known;
    this.#keyNumbers.set(key, this.#keys.length);
    return this.#keys.push(key) - 1;
  }
}
