import { assertKnownOptions } from "@car/ir/internal";
import { readable } from "../context/build-context.js";
import type { NodeKind } from "../model/node.js";
import type { FusionWeights, Why } from "../retrieve/fuse.js";
import { namedSeeds } from "../retrieve/named-seeds.js";
import type { Reader } from "../retrieve/reader.js";
import { searchStore } from "../retrieve/search.js";
import { entryAt } from "../core/store.js";
import type { State } from "./state.js";

/** One search. */
export interface SearchOptions {
  /** Default 10. */
  readonly limit?: number;
  /** Default: all. */
  readonly kinds?: readonly NodeKind[];
  readonly reader?: Reader;
  /** The query's vector; with an embedder, meaning counts too. */
  readonly vector?: Float32Array;
  readonly weights?: Partial<FusionWeights>;
  /** How many of the first findings activation spreads from. Default 12. */
  readonly seeds?: number;
}

const OPTIONS = [
  "limit",
  "kinds",
  "reader",
  "vector",
  "weights",
  "seeds",
] as const satisfies readonly (keyof SearchOptions)[];

/** A finding, and why it is one. */
export interface SearchHit {
  readonly id: string;
  readonly kind: NodeKind;
  readonly text: string;
  readonly score: number;
  readonly why: readonly Why[];
}

/** Finds by words, links and, given a vector, by meaning. Withholds what the reader may not have. */
export function searchMemory(state: State, query: string, options: SearchOptions = {}): readonly SearchHit[] {
  assertKnownOptions(options, OPTIONS, "search");
  const { core, roles } = state;
  const allowed = readable(core, { reader: options.reader ?? {}, roles, wantsTentative: core.cues.isTentative(query) });
  const kinds = options.kinds === undefined ? undefined : new Set(options.kinds);
  const accepts = (number: number): boolean => {
    if (kinds !== undefined && !kinds.has(core.store.entries[number]?.node.kind ?? "fact")) return false;
    return allowed(number);
  };
  const hits = searchStore(core.store, {
    text: query,
    limit: options.limit ?? 10,
    accepts,
    vector: options.vector,
    dense: state.embedding?.index,
    weights: options.weights,
    spreadFrom: options.seeds,
    seeds: namedSeeds(core.store, query),
  });
  return hits.map(({ number, score, why }) => {
    const { id, kind, text } = entryAt(core.store, number).node;
    return { id, kind, text, score, why };
  });
}
