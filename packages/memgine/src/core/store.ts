import { type Adjacency, createAdjacency } from "../graph/adjacency.js";
import { createSpreader, type Spreader } from "../graph/activation.js";
import { createLexicalIndex, type LexicalIndex } from "../index/lexical-index.js";
import type { Entry, MemoryNode } from "../model/node.js";
import type { Vocabulary } from "../text/vocabulary.js";

/** An edge whose other end has not been remembered yet. */
export interface PendingEdge {
  readonly from: number;
  readonly kind: "depends_on" | "cites_premise" | "related_to" | "triggers";
}

/**
 * All that is remembered, by number. A number names a node or a hub (a speaker, a conversation, an entity), is never used
 * twice, and has no entry when it is a hub or was erased.
 */
export interface Store {
  readonly entries: (Entry | undefined)[];
  readonly byId: Map<string, number>;
  /** Current nodes per key, one for each lane. */
  readonly holders: Map<string, number[]>;
  /** Every node that ever had the key, in the order in which they were learned. */
  readonly versions: Map<string, number[]>;
  /** Current nodes of layer 1, 2 and 4 in the order in which they were learned. */
  readonly current: Set<number>;
  /** Current nodes that need review or are invalid. */
  readonly marked: Set<number>;
  readonly constraints: Set<number>;
  readonly identity: Set<number>;
  readonly environment: Set<number>;
  readonly turns: Map<string, number[]>;
  /** Nodes that expire and have not been retired for it. */
  readonly expiring: Set<number>;
  /** Nodes whose `valid_from` lies ahead. */
  readonly upcoming: Set<number>;
  readonly pending: Map<string, PendingEdge[]>;
  readonly hubs: Map<string, number>;
  readonly vocabulary: Vocabulary;
  /** What is current, and what is no longer. */
  readonly live: LexicalIndex;
  readonly past: LexicalIndex;
  readonly adjacency: Adjacency;
  readonly spreader: Spreader;
}

/** An empty store. */
export function createStore(vocabulary: Vocabulary): Store {
  const adjacency = createAdjacency();
  return {
    entries: [],
    byId: new Map(),
    holders: new Map(),
    versions: new Map(),
    current: new Set(),
    marked: new Set(),
    constraints: new Set(),
    identity: new Set(),
    environment: new Set(),
    turns: new Map(),
    expiring: new Set(),
    upcoming: new Set(),
    pending: new Map(),
    hubs: new Map(),
    vocabulary,
    live: createLexicalIndex(),
    past: createLexicalIndex(),
    adjacency,
    spreader: createSpreader(adjacency),
  };
}

/** The entry of a number that is known to have one. */
export function entryAt(store: Store, number: number): Entry {
  const entry = store.entries[number];
  if (entry === undefined) throw new TypeError(`no node has the number ${number}`);
  return entry;
}

/** The number of what `name` names now: the node with that id while it is current, else the newest current node with that key. */
export function currentOf(store: Store, name: string): number | undefined {
  const byId = store.byId.get(name);
  if (byId !== undefined && store.entries[byId]?.retired === undefined) return byId;
  return store.holders.get(name)?.at(-1) ?? byId;
}

/** What a node is found by. */
export function indexedText(node: MemoryNode): string {
  const key = node.key === undefined ? "" : `${keyWords(node.key)} `;
  return `${key}${node.speaker === undefined ? "" : `${node.speaker} `}${node.text}`;
}

/** A key as words: without its namespace, split at punctuation and at capitals. */
export function keyWords(key: string): string {
  const local = key.slice(key.lastIndexOf(":") + 1);
  return local.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[_\-./]+/g, " ");
}
