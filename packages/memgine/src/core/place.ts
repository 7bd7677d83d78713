import { MemoryInvalidError } from "@car/ir";
import { MOST_DOCUMENTS } from "../index/postings.js";
import type { MemoryNode } from "../model/node.js";
import { freshEntry } from "../model/node.js";
import { entitiesIn } from "../text/entities.js";
import { indexedText, type Store } from "./store.js";

/** Most entities of one text that become hubs. */
const MOST_ENTITIES = 6;

/**
 * Takes a node in as current: numbers it, indexes it, connects it with its conversation, its speaker and its entities. With
 * `waits` it is not current before `enlist`.
 */
export function placeNode(store: Store, node: MemoryNode, waits?: readonly string[]): number {
  if (store.entries.length > MOST_DOCUMENTS) throw new MemoryInvalidError("the memory is full");
  const entry = freshEntry(node);
  const number = store.entries.push(entry) - 1;
  store.byId.set(node.id, number);
  store.adjacency.ensure(number);
  if (node.key !== undefined) append(store.versions, node.key, number);
  if (node.expires_at !== undefined) store.expiring.add(number);
  if (waits === undefined) enlist(store, number, node);
  else {
    entry.waits = waits;
    store.upcoming.add(number);
  }
  connectSurroundings(store, number, node);
  linkPending(store, number, node);
  return number;
}

/** Puts a node into the lists and the index of what is current. */
export function enlist(store: Store, number: number, node: MemoryNode): void {
  store.live.add(number, store.vocabulary.termsOf(indexedText(node)));
  if (node.kind !== "turn" && node.kind !== "summary" && node.kind !== "skill") store.current.add(number);
  if (node.kind === "identity") store.identity.add(number);
  if (node.kind === "environment") store.environment.add(number);
  if (node.constraint) store.constraints.add(number);
  if (node.key !== undefined && !node.keep_all) append(store.holders, node.key, number);
}

/** Takes a node out of the lists and the index of what is current, into that of the past. */
export function unlist(store: Store, number: number, node: MemoryNode): void {
  const terms = store.vocabulary.termsOf(indexedText(node));
  if (!store.upcoming.delete(number)) store.live.remove(number, terms);
  store.past.add(number, terms);
  for (const set of [store.current, store.marked, store.identity, store.environment, store.constraints]) {
    set.delete(number);
  }
  store.expiring.delete(number);
  if (node.key === undefined) return;
  const holders = (store.holders.get(node.key) ?? []).filter((holder) => holder !== number);
  if (holders.length === 0) store.holders.delete(node.key);
  else store.holders.set(node.key, holders);
}

/** The inverse of `unlist`. */
export function relist(store: Store, number: number, node: MemoryNode): void {
  store.past.remove(number, store.vocabulary.termsOf(indexedText(node)));
  enlist(store, number, node);
  if (node.expires_at !== undefined) store.expiring.add(number);
}

function connectSurroundings(store: Store, number: number, node: MemoryNode): void {
  if (node.conversation !== undefined) {
    store.adjacency.connect(number, hubOf(store, `c:${node.conversation}`), "related_to");
    const members = append(store.turns, node.conversation, number);
    const before = members.at(-2);
    if (before !== undefined) store.adjacency.connect(number, before, "temporal_next");
  }
  if (node.speaker !== undefined) store.adjacency.connect(number, hubOf(store, `s:${node.speaker}`), "related_to");
  for (const entity of entitiesIn(node.text, MOST_ENTITIES)) {
    store.adjacency.connect(number, hubOf(store, `e:${entity}`), "related_to");
  }
}

function hubOf(store: Store, name: string): number {
  const known = store.hubs.get(name);
  if (known !== undefined) return known;
  const number = store.entries.push(undefined) - 1;
  store.hubs.set(name, number);
  store.adjacency.ensure(number);
  return number;
}

function linkPending(store: Store, number: number, node: MemoryNode): void {
  for (const name of node.key === undefined ? [node.id] : [node.id, node.key]) {
    for (const { from, kind } of store.pending.get(name) ?? []) {
      if (from !== number) store.adjacency.connect(from, number, kind);
    }
    store.pending.delete(name);
  }
}

function append(map: Map<string, number[]>, name: string, number: number): number[] {
  const members = map.get(name);
  if (members === undefined) {
    const first = [number];
    map.set(name, first);
    return first;
  }
  members.push(number);
  return members;
}
