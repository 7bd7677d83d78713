import type { MemoryNode, Retirement, Scope } from "../model/node.js";
import { markDependants, unmarkDependants } from "./cascade.js";
import { relist, unlist } from "./place.js";
import { currentOf, entryAt, type Store } from "./store.js";

/** What taking in a statement changed. */
export interface Change {
  /** Ids of what is no longer current. */
  readonly superseded: string[];
  /** Ids of what needs review, or is invalid, for it. */
  readonly flagged: string[];
  /** Names that the statement asked to supersede and may not, with the reason. */
  readonly refused: { readonly name: string; readonly reason: string }[];
}

/** No change. */
export function noChange(): Change {
  return { superseded: [], flagged: [], refused: [] };
}

/** Ends a node: takes it out of what is current and marks what it carried. */
export function retire(store: Store, number: number, retirement: Retirement): string[] {
  const entry = entryAt(store, number);
  if (entry.retired !== undefined) return [];
  entry.retired = retirement;
  unlist(store, number, entry.node);
  return markDependants(store, number, retirement.at);
}

/** Makes a retired node current again, and takes back what its fall had marked. */
export function revive(store: Store, number: number): void {
  const entry = entryAt(store, number);
  if (entry.retired === undefined) return;
  entry.retired = undefined;
  relist(store, number, entry.node);
  if (entry.marks.length > 0) store.marked.add(number);
  unmarkDependants(store, number);
}

/** Why `newer` may not take the place of `older`, or `undefined` when it may. */
export function objection(
  newer: MemoryNode,
  older: MemoryNode,
  rankOf: (authority: string) => number,
): string | undefined {
  if (!isReal(newer.scope) && isReal(older.scope)) return `a ${newer.scope.kind} statement does not replace a real one`;
  if (rankOf(newer.source.authority) < rankOf(older.source.authority)) {
    return `authority \`${newer.source.authority}\` does not replace \`${older.source.authority}\``;
  }
  return undefined;
}

/** Carries out the supersessions a statement names. */
export function supersedeNamed(
  store: Store,
  number: number,
  request: { readonly names: readonly string[]; readonly rankOf: (authority: string) => number; readonly at: number },
): Change {
  const change = noChange();
  const { node } = entryAt(store, number);
  for (const name of request.names) {
    const target = targetOf(store, name, number);
    if (target === undefined) {
      change.refused.push({ name, reason: "nothing current has this id or key" });
      continue;
    }
    const older = entryAt(store, target).node;
    const reason = objection(node, older, request.rankOf);
    if (reason !== undefined) {
      change.refused.push({ name, reason });
      continue;
    }
    change.superseded.push(older.id);
    const retirement = {
      why: "explicit",
      by: node.id,
      at: request.at,
      valid_to: node.valid_from,
      confidence: 1,
    } as const;
    change.flagged.push(...retire(store, target, retirement));
    store.adjacency.connect(number, target, "supersedes");
  }
  return change;
}

function targetOf(store: Store, name: string, self: number): number | undefined {
  const found = currentOf(store, name);
  if (found !== undefined && found !== self && store.entries[found]?.retired === undefined) return found;
  return store.holders.get(name)?.findLast((holder) => holder !== self);
}

/** One of two statements with the same key in the same lane gives way: the lower authority, else the earlier. */
export function supersedeSameKey(
  store: Store,
  number: number,
  request: { readonly rankOf: (authority: string) => number; readonly at: number },
): Change {
  const change = noChange();
  const { node } = entryAt(store, number);
  if (node.key === undefined || node.keep_all) return change;
  const holders = store.holders.get(node.key);
  if (holders === undefined || (holders.length === 1 && holders[0] === number)) return change;
  for (const holder of [...holders]) {
    if (holder === number || !sharesLane(node, entryAt(store, holder).node)) continue;
    const older = entryAt(store, holder).node;
    const verdict = whoGivesWay(node, older, request.rankOf);
    const [loser, winner] = verdict.newerWins ? [holder, number] : [number, holder];
    const by = entryAt(store, winner).node;
    change.superseded.push(entryAt(store, loser).node.id);
    const retirement = { why: verdict.why, by: by.id, at: request.at, valid_to: by.valid_from, confidence: 1 };
    change.flagged.push(...retire(store, loser, retirement));
    store.adjacency.connect(winner, loser, "supersedes");
    if (!verdict.newerWins) return change;
  }
  return change;
}

function whoGivesWay(
  newer: MemoryNode,
  older: MemoryNode,
  rankOf: (authority: string) => number,
): { readonly newerWins: boolean; readonly why: Retirement["why"] } {
  const lead = rankOf(newer.source.authority) - rankOf(older.source.authority);
  if (lead < 0) return { newerWins: false, why: "outranked" };
  if (lead > 0 || newer.valid_from >= older.valid_from) return { newerWins: true, why: "same_key" };
  return { newerWins: false, why: "late" };
}

/** Statements compete when they hold in the same place. A real one also ends a draft of the same thing. */
function sharesLane(newer: MemoryNode, older: MemoryNode): boolean {
  if ((newer.kind === "environment") !== (older.kind === "environment")) return false;
  if (laneOf(newer.scope) === laneOf(older.scope)) return true;
  return newer.scope.kind === "global" && older.scope.kind === "draft";
}

function laneOf({ kind, id }: Scope): string {
  return id === undefined ? kind : `${kind}:${id}`;
}

/** Hypotheses and drafts are not claims about the world. */
export function isReal({ kind }: Scope): boolean {
  return kind !== "hypothetical" && kind !== "draft";
}
