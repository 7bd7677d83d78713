import type { Action } from "../action/action.js";
import { EDGE_ORDER, EDGE_SUPPLY, type EdgeList } from "./edge-list.js";
import type { KeyAccess } from "./key-access.js";
import { createSpans, type KeySpan, NO_READERS, type SpanNode } from "./key-span.js";

/** Two actions that touch one key, at least one of them writing, and why they must not change places. */
export interface KeyConflict {
  readonly key: string;
  readonly first: number;
  readonly second: number;
  /** Read after write, write after read, write after write. */
  readonly kind: "RAW" | "WAR" | "WAW";
}

/** An action that depends on a key which no earlier action writes but a later one does. */
export interface LateSupply {
  readonly action: number;
  readonly key: string;
  readonly writer: number;
}

/** Keys that are written, and keys that are only read; exact or `prefix*`, each once. */
export interface KeySets {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Most places that are looked at for conflicts, and so most edges of the state; more come from no honest proposal. */
export const MAX_CONFLICTS = 2_000_000;

/** Where one action stands in the order, and at which key it is looked at. */
interface Visit {
  readonly now: number;
  readonly key: string;
}

/**
 * Orders the accesses to each key along a given order of the actions. An edge is left out where others lead from its
 * start to its end.
 *
 * Patterns overlap only when one covers the other, so whatever conflicts with a key stands above it or below it in a
 * tree of their beginnings. Above, the latest write counts: it came after the other writes up there. Below, the writes
 * that have none below themselves count (`front`). A write takes everything below it out of the account.
 */
export class StateEdges {
  readonly late: LateSupply[] = [];
  /** True when places were left out because there are more than `MAX_CONFLICTS`; the edges are of no use then. */
  overflowed = false;
  private places = 0;
  private readonly spans = createSpans();
  private readonly touched: KeySpan[] = [];
  private readonly unsupplied: { readonly action: number; readonly key: string; readonly now: number }[] = [];
  /** Index by time. */
  private readonly indices: number[] = [];
  /** By time: the time of the action that an edge was last drawn to. */
  private readonly drawnTo: number[] = [];
  private readonly edges: EdgeList;
  private readonly onConflict: ((conflict: KeyConflict) => void) | undefined;

  constructor(edges: EdgeList, onConflict?: (conflict: KeyConflict) => void) {
    this.edges = edges;
    this.onConflict = onConflict;
  }

  /** Adds the edges of the next action. Reads come before writes: an action may read the key that it writes. */
  visit(index: number, action: Action, access: KeyAccess): void {
    if (this.overflowed) return;
    const now = this.indices.push(index) - 1;
    this.drawnTo.push(-1);
    for (const key of action.state_dependencies) this.supply({ now, key });
    for (const key of access.reads) this.read({ now, key });
    for (const key of access.writes) this.write({ now, key });
  }

  /** Call once, after the last action: finds dependencies whose writer comes too late. */
  finish(): void {
    for (const { action, key, now } of this.unsupplied) {
      const { last } = writersOf(this.spans.at(key));
      if (last > now) this.late.push({ action, key, writer: this.indices[last]! });
    }
  }

  /** Every key and pattern, once: written ones, and those that are only read. */
  keySets(): KeySets {
    const reads: string[] = [];
    const writes: string[] = [];
    for (const { pattern, lastWrite } of this.touched) (lastWrite >= 0 ? writes : reads).push(pattern!);
    return { reads, writes };
  }

  private supply({ now, key }: Visit): void {
    const { first, last } = writersOf(this.spanAt(key));
    if (last < 0) this.unsupplied.push({ action: this.indices[now]!, key, now });
    else if (first === last) this.draw(last, now, EDGE_SUPPLY);
  }

  private read(visit: Visit): void {
    const node = this.spanAt(visit.key);
    const span = node.value;
    if (span.latestFront < 0) this.follow(latestAbove(node), visit, "RAW");
    else for (const writer of this.sourcesOf(node)) this.follow(writer, visit, "RAW");
    if (span.readers.at(-1) === visit.now) return;
    if (span.readers === NO_READERS) span.readers = [visit.now];
    else span.readers.push(visit.now);
    for (let at = node.parent; at !== undefined; at = at.parent) at.value.readBelow = true;
  }

  private write(visit: Visit): void {
    const node = this.spanAt(visit.key);
    const above = latestAbove(node);
    const latest = Math.max(above, node.value.latestFront);
    if (latest === above) this.follow(above, visit, "WAW");
    this.cover(node, visit);
    for (let at = node.parent; at !== undefined; at = at.parent) {
      this.followReaders(at.value, latest, visit);
      noteWriteBelow(at.value, visit.now);
    }
    noteWrite(node.value, visit.now);
  }

  /** The writers below a span, or of the span itself, but for those to whom others of them lead back. */
  private sourcesOf(node: SpanNode): readonly number[] {
    const span = node.value;
    if (span.sourcesAt === span.lastBelow) return span.sources;
    const found = new Set<number>();
    const open = [node];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at.value.front >= 0) found.add(at.value.front);
      else this.descend(at, open, ({ latestFront }) => latestFront >= Math.max(span.settled, 0));
    }
    span.sources = [...found];
    span.sourcesAt = span.lastBelow;
    return span.sources;
  }

  /** Takes a span and what is below it out of the account; whoever writes the span follows it. */
  private cover(node: SpanNode, visit: Visit): void {
    const open = [node];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const { front, latestFront, readers, readBelow } = at.value;
      this.follow(front, visit, "WAW");
      for (const reader of readers) this.follow(reader, visit, "WAR");
      Object.assign(at.value, { front: -1, latestFront: -1, readers: NO_READERS, readBelow: false });
      if (readBelow || latestFront > front) this.descend(at, open, isLive);
    }
  }

  private descend({ children }: SpanNode, open: SpanNode[], isWanted: (span: KeySpan) => boolean): void {
    if (!this.hasRoom(children.size)) return;
    for (const child of children.values()) if (isWanted(child.value)) open.push(child);
  }

  /** A writer follows the readers of a span above it, but for those whom a writer that it follows has followed. */
  private followReaders({ readers, lastBelow }: KeySpan, latest: number, visit: Visit): void {
    const follows = lastBelow === visit.now || (lastBelow >= 0 && this.drawnTo[lastBelow] === visit.now);
    const known = follows ? Math.max(latest, lastBelow) : latest;
    for (let at = readers.length - 1; at >= 0 && readers[at]! > known; at--) {
      if (this.overflowed) return;
      this.follow(readers[at]!, visit, "WAR");
    }
  }

  private follow(first: number, { now, key }: Visit, kind: KeyConflict["kind"]): void {
    if (first < 0 || first === now || !this.hasRoom()) return;
    this.draw(first, now, EDGE_ORDER);
    this.onConflict?.({ key, first: this.indices[first]!, second: this.indices[now]!, kind });
  }

  private draw(first: number, now: number, kind: number): void {
    if (this.drawnTo[first] === now) return;
    this.drawnTo[first] = now;
    this.edges.add(this.indices[first]!, this.indices[now]!, kind);
  }

  /** Counts places that are looked at. */
  private hasRoom(more = 1): boolean {
    this.places += more;
    this.overflowed ||= this.places > MAX_CONFLICTS;
    return !this.overflowed;
  }

  private spanAt(key: string): SpanNode {
    const node = this.spans.at(key);
    if (node.value.pattern === undefined) {
      node.value.pattern = key;
      this.touched.push(node.value);
    }
    return node;
  }
}

/** The first and the last who ever wrote what a span overlaps. */
function writersOf({ value, parent }: SpanNode): { readonly first: number; readonly last: number } {
  let { firstBelow: first, lastBelow: last } = value;
  for (let at = parent; at !== undefined; at = at.parent) {
    const { firstWrite, lastWrite } = at.value;
    if (lastWrite < 0) continue;
    if (first < 0 || firstWrite < first) first = firstWrite;
    if (lastWrite > last) last = lastWrite;
  }
  return { first, last };
}

function latestAbove({ parent }: SpanNode): number {
  let latest = -1;
  for (let at = parent; at !== undefined; at = at.parent) if (at.value.lastWrite > latest) latest = at.value.lastWrite;
  return latest;
}

/** Whether anything at a span, or below it, is still in the account. */
function isLive({ latestFront, readers, readBelow }: KeySpan): boolean {
  return latestFront >= 0 || readBelow || readers.length > 0;
}

function noteWrite(span: KeySpan, now: number): void {
  if (span.firstWrite < 0) span.firstWrite = now;
  if (span.firstBelow < 0) span.firstBelow = now;
  span.lastWrite = span.lastBelow = span.front = span.latestFront = now;
}

function noteWriteBelow(span: KeySpan, now: number): void {
  if (span.readers.at(-1) === now) span.settled = now;
  if (span.firstBelow < 0) span.firstBelow = now;
  span.front = -1;
  span.lastBelow = span.latestFront = now;
}
