import type { EdgeKind } from "../model/edge-kind.js";
import type { Mark, MemoryNode, Retirement } from "../model/node.js";
import type { Core } from "./core.js";
import type { ImpliedChange } from "./implied-change.js";
import { placeNode, unlist } from "./place.js";
import type { PendingEdge } from "./store.js";

/** Everything a memory's core knows, as JSON. Indexes are made anew from it. */
export interface CoreExport {
  readonly revision: number;
  readonly nodes: readonly ExportedNode[];
  /** `[from, to, kind]` by position in `nodes`. */
  readonly edges: readonly (readonly [number, number, EdgeKind])[];
  /** `[from, name, kind]`: edges to what has not been remembered yet. */
  readonly pending: readonly (readonly [number, string, PendingEdge["kind"]])[];
  readonly announced: readonly ImpliedChange[];
  /** Positions of the turns that announced something, by conversation. */
  readonly announcing: Readonly<Record<string, readonly number[]>>;
}

interface ExportedNode {
  readonly node: MemoryNode;
  readonly retired?: Retirement;
  readonly marks?: readonly Mark[];
  readonly waits?: readonly string[];
}

const NAMED_EDGES = ["supersedes", "depends_on", "cites_premise", "related_to", "triggers"] as const;

/** Writes down a core; `keeps` leaves nodes out, and with them every edge and announcement that touches them. */
export function exportCore(core: Core, keeps: (node: MemoryNode) => boolean = () => true): CoreExport {
  const { store } = core;
  const positions = new Map<number, number>();
  const nodes: ExportedNode[] = [];
  for (const [number, entry] of store.entries.entries()) {
    if (entry === undefined || !keeps(entry.node)) continue;
    positions.set(number, nodes.length);
    const { node, retired, marks, waits } = entry;
    nodes.push({
      node,
      ...(retired === undefined ? {} : { retired }),
      ...(marks.length === 0 ? {} : { marks }),
      ...(waits === undefined ? {} : { waits }),
    });
  }
  const ids = new Set(nodes.map(({ node }) => node.id));
  const at = (number: number): number | undefined => positions.get(number);
  return {
    revision: core.revision,
    nodes,
    edges: edgesOf(core, positions),
    pending: [...store.pending].flatMap(([name, edges]) =>
      edges.flatMap(({ from, kind }) => (at(from) === undefined ? [] : [[at(from) ?? 0, name, kind] as const])),
    ),
    announced: [...core.announced.values()].filter(({ turn, target }) => ids.has(turn) && ids.has(target)),
    announcing: Object.fromEntries(
      [...core.announcing].map(([name, turns]) => [
        name,
        turns.map(at).filter((position): position is number => position !== undefined),
      ]),
    ),
  };
}

function edgesOf({ store }: Core, positions: ReadonlyMap<number, number>): CoreExport["edges"] {
  return [...positions].flatMap(([number, from]) =>
    NAMED_EDGES.flatMap((kind) =>
      // Oldest first, so that walking the copy meets them in the same order.
      store.adjacency
        .targetsOf(number, kind)
        .reverse()
        .flatMap((target) => {
          const to = positions.get(target);
          return to === undefined ? [] : [[from, to, kind] as const];
        }),
    ),
  );
}

/** Fills an empty core with what was written down. */
export function importCore(core: Core, written: CoreExport): void {
  const { store } = core;
  const numbers = written.nodes.map(({ node, waits }) => placeNode(store, Object.freeze(node), waits));
  for (const [position, { retired, marks = [] }] of written.nodes.entries()) {
    const number = numbers[position] ?? 0;
    const entry = store.entries[number];
    if (entry === undefined) continue;
    entry.retired = retired;
    entry.marks = marks;
    if (retired !== undefined) unlist(store, number, entry.node);
    else if (marks.length > 0 && entry.waits === undefined) store.marked.add(number);
  }
  for (const [from, to, kind] of written.edges) {
    store.adjacency.connect(numbers[from] ?? 0, numbers[to] ?? 0, kind);
  }
  for (const [from, name, kind] of written.pending) {
    store.pending.set(name, [...(store.pending.get(name) ?? []), { from: numbers[from] ?? 0, kind }]);
  }
  for (const change of written.announced) core.announced.set(change.id, { ...change });
  for (const [name, turns] of Object.entries(written.announcing)) {
    core.announcing.set(
      name,
      turns.map((position) => numbers[position] ?? 0),
    );
  }
  core.revision = written.revision;
}
