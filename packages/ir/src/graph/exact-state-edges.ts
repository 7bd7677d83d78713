import type { Action } from "../action/action.js";
import { EDGE_ORDER, EDGE_SUPPLY, type EdgeList } from "./edge-list.js";
import type { KeyAccess } from "./key-access.js";
import type { KeySets, LateSupply } from "./state-edges.js";

const FIRST_KEYS = 16;

/** Numbers in a column, which is made anew, twice as long, when it is full. */
function longer(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const next = new Int32Array(column.length * 2);
  next.set(column);
  return next;
}

/**
 * What `StateEdges` does, for a proposal whose keys are all exact and whose conflicts nobody wants listed: the common
 * case, without a list per access. A property test holds the two against each other.
 */
export class ExactStateEdges {
  /** An access is looked at once by the next write, so there are never too many places. */
  readonly overflowed = false;
  readonly late: LateSupply[] = [];
  /** The keys' numbers, in order of their first access: places in the columns. */
  private readonly numbers = new Map<string, number>();
  /** One more than the index of the last action that wrote the key; 0 when none has. */
  private lastWriters = new Int32Array(FIRST_KEYS);
  /** How many actions have written it. */
  private writers = new Int32Array(FIRST_KEYS);
  /** One more than the index of the first action that read it since; 0 when none has. */
  private readers = new Int32Array(FIRST_KEYS);
  /** The others that read it since, by key number; most keys have none. */
  private moreReaders: Map<number, number[]> | undefined = undefined;
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
      const lastWriter = this.lastWriters[this.numberOf(key)]! - 1;
      if (lastWriter >= 0 && lastWriter !== action) this.late.push({ action, key, writer: lastWriter });
    }
  }

  /** Every key, once: written ones, and those that are only read. */
  keySets(): KeySets {
    const reads: string[] = [];
    const writes: string[] = [];
    // Without a pair for each key, which iterating over a map would make.
    this.numbers.forEach((number, key) => (this.writers[number]! > 0 ? writes : reads).push(key));
    return { reads, writes };
  }

  private read(index: number, key: string, isDependency: boolean): void {
    const number = this.numberOf(key);
    const lastWriter = this.lastWriters[number]! - 1;
    if (lastWriter >= 0) {
      this.edges.add(lastWriter, index, isDependency && this.writers[number] === 1 ? EDGE_SUPPLY : EDGE_ORDER);
    } else if (isDependency) {
      (this.unsupplied ??= []).push({ action: index, key });
    }
    if (this.readers[number] === 0) this.readers[number] = index + 1;
    else this.readMore(number, index);
  }

  private readMore(number: number, index: number): void {
    const others = (this.moreReaders ??= new Map<number, number[]>()).get(number);
    if (others === undefined) this.moreReaders.set(number, [index]);
    else others.push(index);
  }

  private write(index: number, key: string): void {
    const number = this.numberOf(key);
    const lastWriter = this.lastWriters[number]! - 1;
    const reader = this.readers[number]! - 1;
    if (lastWriter >= 0) this.edges.add(lastWriter, index, EDGE_ORDER);
    if (reader >= 0) this.edges.add(reader, index, EDGE_ORDER);
    this.moreReaders?.get(number)?.forEach((other) => this.edges.add(other, index, EDGE_ORDER));
    this.moreReaders?.delete(number);
    this.readers[number] = 0;
    if (lastWriter !== index) this.writers[number]!++;
    this.lastWriters[number] = index + 1;
  }

  private numberOf(key: string): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(key, number);
    if (number === this.readers.length) {
      this.lastWriters = longer(this.lastWriters);
      this.writers = longer(this.writers);
      this.readers = longer(this.readers);
    }
    return number;
  }
}
