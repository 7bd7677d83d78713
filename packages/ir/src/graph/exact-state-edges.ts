import type { Action } from "../action/action.js";
import { EDGE_ORDER, EDGE_SUPPLY, type EdgeList } from "./edge-list.js";
import type { KeyAccess } from "./key-access.js";
import type { KeySets, LateSupply } from "./state-edges.js";

interface Timeline {
  lastWriter: number;
  writers: number;
  /** Readers since the last write; most keys have one at most. */
  reader: number;
  moreReaders: number[] | undefined;
}

/**
 * What `StateEdges` does, for a proposal whose keys are all exact and whose conflicts nobody wants listed: the common
 * case, without a list per access. A property test holds the two against each other.
 */
export class ExactStateEdges {
  /** An access is looked at once by the next write, so there are never too many places. */
  readonly overflowed = false;
  readonly late: LateSupply[] = [];
  private readonly timelines = new Map<string, Timeline>();
  private unsupplied: { action: number; key: string }[] | undefined = undefined;
  private readonly edges: EdgeList;

  constructor(edges: EdgeList) {
    this.edges = edges;
  }

  /** Adds the edges of the next action. */
  visit(index: number, action: Action, { reads, writes }: KeyAccess): void {
    // The dependencies stand first among the keys that are read.
    const dependencies = action.state_dependencies.length;
    for (let at = 0; at < reads.length; at++) this.read(index, reads[at]!, at < dependencies);
    for (let at = 0; at < writes.length; at++) this.write(index, writes[at]!);
  }

  /** Call once, after the last action: finds dependencies whose writer comes too late. */
  finish(): void {
    for (const { action, key } of this.unsupplied ?? []) {
      const { lastWriter } = this.timelines.get(key)!;
      if (lastWriter >= 0 && lastWriter !== action) this.late.push({ action, key, writer: lastWriter });
    }
  }

  /** Every key, once: written ones, and those that are only read. */
  keySets(): KeySets {
    const reads: string[] = [];
    const writes: string[] = [];
    // Without a pair for each key, which iterating over a map would make.
    this.timelines.forEach(({ writers }, key) => (writers > 0 ? writes : reads).push(key));
    return { reads, writes };
  }

  private read(index: number, key: string, isDependency: boolean): void {
    const timeline = this.timelineOf(key);
    if (timeline.lastWriter >= 0) {
      this.edges.add(timeline.lastWriter, index, isDependency && timeline.writers === 1 ? EDGE_SUPPLY : EDGE_ORDER);
    } else if (isDependency) {
      (this.unsupplied ??= []).push({ action: index, key });
    }
    if (timeline.reader < 0) timeline.reader = index;
    else if (timeline.moreReaders === undefined) timeline.moreReaders = [index];
    else timeline.moreReaders.push(index);
  }

  private write(index: number, key: string): void {
    const timeline = this.timelineOf(key);
    if (timeline.lastWriter >= 0) this.edges.add(timeline.lastWriter, index, EDGE_ORDER);
    if (timeline.reader >= 0) this.edges.add(timeline.reader, index, EDGE_ORDER);
    for (const reader of timeline.moreReaders ?? []) this.edges.add(reader, index, EDGE_ORDER);
    timeline.reader = -1;
    timeline.moreReaders = undefined;
    if (timeline.lastWriter !== index) timeline.writers++;
    timeline.lastWriter = index;
  }

  private timelineOf(key: string): Timeline {
    const known = this.timelines.get(key);
    if (known !== undefined) return known;
    const timeline: Timeline = { lastWriter: -1, writers: 0, reader: -1, moreReaders: undefined };
    this.timelines.set(key, timeline);
    return timeline;
  }
}
