import { type KeyNode, KeyTree } from "@car/ir/internal";
import type { LockClaim } from "./lock-claim.js";

interface Count {
  /** A key or pattern that somebody named; `undefined` for a beginning that only others share. */
  name: string | undefined;
  /** Locks, held or waited for, here and below. */
  locks: number;
  /** Those among them that share with nobody. */
  writes: number;
}

/** The keys and patterns of all claims, so that those which overlap are found without looking at the others. */
export class LockNames {
  readonly #tree = new KeyTree<Count>((below) => ({
    name: undefined,
    locks: below?.locks ?? 0,
    writes: below?.writes ?? 0,
  }));

  /** Enters a claim that is held or waits. */
  add(claim: LockClaim): void {
    for (const name of claim.writes) this.#count(name, 1, 1);
    for (const name of claim.reads) this.#count(name, 1, 0);
  }

  remove(claim: LockClaim): void {
    for (const name of claim.writes) this.#count(name, -1, -1);
    for (const name of claim.reads) this.#count(name, -1, 0);
  }

  /** The names that overlap one that was entered; of those below it only such as could exclude a lock of the given kind. */
  *overlapping(name: string, exclusive: boolean): Generator<string> {
    const start = this.#tree.at(name);
    for (let node = start.parent; node !== undefined; node = node.parent) {
      if (node.value.name !== undefined) yield node.value.name;
    }
    const open: KeyNode<Count>[] = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.value.name !== undefined) yield node.value.name;
      for (const child of node.children.values()) {
        if (exclusive || child.value.writes > 0) open.push(child);
      }
    }
  }

  #count(name: string, locks: number, writes: number): void {
    const leaf = this.#tree.at(name);
    leaf.value.name = name;
    for (let node: KeyNode<Count> | undefined = leaf; node !== undefined; node = node.parent) {
      node.value.locks += locks;
      node.value.writes += writes;
    }
    if (leaf.value.locks === 0) this.#tree.remove(leaf, (value) => value.locks === 0);
  }
}
