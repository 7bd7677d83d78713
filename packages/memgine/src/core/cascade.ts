import type { Mark } from "../model/node.js";
import { entryAt, type Store } from "./store.js";

interface Step {
  readonly number: number;
  readonly kind: Mark["kind"];
  readonly via: string;
}

/**
 * Marks everything that a fallen node carries: what cites it is invalid, what depends on it needs review, and so on from there.
 * Gives the ids of the marked nodes, nearest first. Cycles end where they began; cost: the edges that are walked.
 */
export function markDependants(store: Store, fallen: number, at: number): string[] {
  const cause = entryAt(store, fallen).node.id;
  const marked: string[] = [];
  const seen = new Map<number, Mark["kind"]>([[fallen, "invalid"]]);
  const steps = directDependants(store, fallen, "invalid");
  for (let index = 0; index < steps.length; index += 1) {
    const { number, kind, via } = steps[index] as Step;
    const entry = store.entries[number];
    if (entry === undefined || entry.retired !== undefined) continue;
    const before = seen.get(number);
    if (before === kind || before === "invalid") continue;
    seen.set(number, kind);
    if (before === undefined) marked.push(entry.node.id);
    entry.marks = [...entry.marks.filter((mark) => mark.cause !== cause), { kind, cause, via, at }];
    store.marked.add(number);
    steps.push(...directDependants(store, number, kind));
  }
  return marked;
}

/** Takes back what the fall of `risen` had marked. Marks with other causes stay. */
export function unmarkDependants(store: Store, risen: number): void {
  const cause = entryAt(store, risen).node.id;
  const seen = new Set<number>([risen]);
  const queue = directDependants(store, risen, "invalid").map(({ number }) => number);
  for (let index = 0; index < queue.length; index += 1) {
    const number = queue[index] ?? 0;
    const entry = store.entries[number];
    if (entry === undefined || seen.has(number)) continue;
    seen.add(number);
    entry.marks = entry.marks.filter((mark) => mark.cause !== cause);
    if (entry.marks.length === 0) store.marked.delete(number);
    queue.push(...directDependants(store, number, "invalid").map((step) => step.number));
  }
}

/** Only what cites an invalid node is invalid; what hangs on a doubtful one is doubtful, however it hangs on it. */
function directDependants(store: Store, number: number, kind: Mark["kind"]): Step[] {
  const via = entryAt(store, number).node.id;
  const citing = store.adjacency.sourcesOf(number, "cites_premise");
  const depending = store.adjacency.sourcesOf(number, "depends_on");
  return [
    ...citing.reverse().map((source): Step => ({ number: source, kind, via })),
    ...depending.reverse().map((source): Step => ({ number: source, kind: "review", via })),
  ];
}
