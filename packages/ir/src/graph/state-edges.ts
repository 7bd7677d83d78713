import type { Action } from "../action/action.js";
import { isPrefixPattern, patternsOverlap } from "../state/key-pattern.js";
import { EDGE_ORDER, EDGE_SUPPLY, type EdgeList } from "./edge-list.js";
import type { KeyAccess } from "./key-access.js";

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

interface Timeline {
  readonly key: string;
  /** -1 until there is one. The first is the last as long as one action writes here. */
  firstWriter: number;
  lastWriter: number;
  readers: number[];
}

/** Orders the accesses to each key along a given order of the actions. */
export class StateEdges {
  readonly late: LateSupply[] = [];
  private readonly exact = new Map<string, Timeline>();
  private readonly patterns: Timeline[] = [];
  private readonly unsupplied: { action: number; key: string }[] = [];
  private readonly edges: EdgeList;
  private readonly onConflict: ((conflict: KeyConflict) => void) | undefined;

  constructor(edges: EdgeList, onConflict?: (conflict: KeyConflict) => void) {
    this.edges = edges;
    this.onConflict = onConflict;
  }

  /** Adds the edges of the next action. Reads come before writes: an action may read the key that it writes. */
  visit(index: number, action: Action, access: KeyAccess): void {
    for (const key of action.state_dependencies) this.supply(index, key);
    for (const key of access.reads) this.read(index, key);
    for (const key of access.writes) this.write(index, key);
  }

  /** Call once, after the last action: finds dependencies whose writer comes too late. */
  finish(): void {
    for (const { action, key } of this.unsupplied) {
      const later = this.overlapping(key).find(({ lastWriter }) => lastWriter >= 0 && lastWriter !== action);
      if (later !== undefined) this.late.push({ action, key, writer: later.lastWriter });
    }
  }

  /** Every key and pattern, once: written ones, and those that are only read. */
  keySets(): KeySets {
    const reads: string[] = [];
    const writes: string[] = [];
    for (const { key, lastWriter } of [...this.exact.values(), ...this.patterns]) {
      (lastWriter >= 0 ? writes : reads).push(key);
    }
    return { reads, writes };
  }

  private supply(index: number, key: string): void {
    let writer = -1;
    let isOnly = true;
    for (const { firstWriter, lastWriter } of this.overlapping(key)) {
      if (lastWriter < 0) continue;
      // One action may declare the key in several ways: exact, and by patterns that cover it.
      isOnly &&= firstWriter === lastWriter && (writer < 0 || writer === lastWriter);
      writer = lastWriter;
    }
    if (writer < 0) this.unsupplied.push({ action: index, key });
    else this.edges.add(writer, index, isOnly ? EDGE_SUPPLY : EDGE_ORDER);
  }

  private read(index: number, key: string): void {
    for (const timeline of this.overlapping(key)) this.order(timeline.lastWriter, index, { key, kind: "RAW" });
    this.timelineOf(key).readers.push(index);
  }

  private write(index: number, key: string): void {
    for (const timeline of this.overlapping(key)) {
      this.order(timeline.lastWriter, index, { key, kind: "WAW" });
      for (const reader of timeline.readers) this.order(reader, index, { key, kind: "WAR" });
      // Whatever comes later is ordered after this write, and so after the readers that it now follows.
      if (timeline.readers.length > 0 && covers(key, timeline.key)) timeline.readers = [];
    }
    const own = this.timelineOf(key);
    if (own.firstWriter < 0) own.firstWriter = index;
    own.lastWriter = index;
  }

  private order(first: number, second: number, { key, kind }: Pick<KeyConflict, "key" | "kind">): void {
    if (first < 0 || first === second) return;
    this.edges.add(first, second, EDGE_ORDER);
    this.onConflict?.({ key, first, second, kind });
  }

  /** Every timeline that shares a key with `key`, its own included when there is one. */
  private overlapping(key: string): readonly Timeline[] {
    const own = isPrefixPattern(key) ? undefined : this.exact.get(key);
    if (this.patterns.length === 0 && !isPrefixPattern(key)) return own === undefined ? [] : [own];
    const found = this.patterns.filter((timeline) => patternsOverlap(timeline.key, key));
    if (own !== undefined) return [own, ...found];
    if (!isPrefixPattern(key)) return found;
    for (const timeline of this.exact.values()) if (patternsOverlap(key, timeline.key)) found.push(timeline);
    return found;
  }

  private timelineOf(key: string): Timeline {
    const known = isPrefixPattern(key) ? this.patterns.find((each) => each.key === key) : this.exact.get(key);
    if (known !== undefined) return known;
    const timeline: Timeline = { key, firstWriter: -1, lastWriter: -1, readers: [] };
    if (isPrefixPattern(key)) this.patterns.push(timeline);
    else this.exact.set(key, timeline);
    return timeline;
  }
}

/** True when every key of `inner` is also a key of `outer`. */
function covers(outer: string, inner: string): boolean {
  return outer === inner || (isPrefixPattern(outer) && inner.startsWith(outer.slice(0, -1)));
}
