import { isPrefixPattern } from "@car/ir/internal";
import type { Lease, LockOwner, LockRequest } from "@car/ir/ports";

/** Who is told when a claim gives its locks back. */
export interface ClaimEnd {
  end(claim: LockClaim): void;
}

/** Answers to whoever waits for a claim. */
export interface ClaimAnswer {
  readonly grant: (lease: Lease) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * One lock request and how far it got. Once held it is the lease itself, so that locks without contention cost one
 * object. Its locks, keys and patterns alike, are numbered: first those written, then those read.
 */
export class LockClaim implements Lease {
  readonly owner: LockOwner;
  /** Order of arrival. */
  readonly sequence: number;
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  readonly hasPatterns: boolean;
  status: "waiting" | "held" | "ended" = "waiting";
  /** While waiting: the number of a lock that something stands in the way of. No other needs to be looked at. */
  cursor = 0;
  answer: ClaimAnswer | undefined = undefined;
  readonly #table: ClaimEnd;

  constructor(table: ClaimEnd, { owner, writes, reads }: LockRequest, sequence: number) {
    this.owner = owner;
    this.sequence = sequence;
    this.writes = writes;
    this.reads = reads;
    this.hasPatterns = writes.some(isPrefixPattern) || reads.some(isPrefixPattern);
    this.#table = table;
  }

  /** How many locks it has in all. */
  get size(): number {
    return this.writes.length + this.reads.length;
  }

  /** The key or pattern of lock number `index`. */
  keyAt(index: number): string {
    const { writes, reads } = this;
    return writes[index] ?? reads[index - writes.length] ?? "";
  }

  /** True when lock number `index` shares its key with nobody. */
  isExclusiveAt(index: number): boolean {
    return index < this.writes.length;
  }

  release(): void {
    if (this.status === "held") this.#table.end(this);
  }

  /** Gives up waiting. Does nothing when the locks are held already. */
  withdraw(): void {
    if (this.status === "waiting") this.#table.end(this);
  }
}
