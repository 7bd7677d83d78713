import { isPrefixPattern } from "@car/ir";
import type { Lease, LockOwner, LockRequest } from "@car/ir/ports";

/** Who is told when a claim gives its locks back. */
export interface ClaimEnd {
  end(claim: LockClaim): void;
}

/** A lock on every key that starts with the pattern's prefix. */
interface PatternLock {
  readonly pattern: string;
  readonly exclusive: boolean;
}

const NO_PATTERNS: readonly PatternLock[] = [];

/** Answers to whoever waits for a claim. */
export interface ClaimAnswer {
  readonly grant: (lease: Lease) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * One lock request and how far it got. Once held it is the lease itself, so that locks without contention cost one
 * object. Its locks are numbered: first the exact keys written, then those read, then the patterns.
 */
export class LockClaim implements Lease {
  readonly owner: LockOwner;
  /** Order of arrival. */
  readonly sequence: number;
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  readonly patterns: readonly PatternLock[];
  status: "waiting" | "held" | "ended" = "waiting";
  /** While waiting: the number of a lock that something stands in the way of. No other needs to be looked at. */
  cursor = 0;
  answer: ClaimAnswer | undefined = undefined;
  readonly #table: ClaimEnd;

  constructor(table: ClaimEnd, request: LockRequest, sequence: number) {
    const hasPatterns = request.writes.some(isPrefixPattern) || request.reads.some(isPrefixPattern);
    this.owner = request.owner;
    this.sequence = sequence;
    this.writes = hasPatterns ? request.writes.filter(isExact) : request.writes;
    this.reads = hasPatterns ? request.reads.filter(isExact) : request.reads;
    this.patterns = hasPatterns ? patternsOf(request) : NO_PATTERNS;
    this.#table = table;
  }

  /** How many locks it has in all. */
  get size(): number {
    return this.writes.length + this.reads.length + this.patterns.length;
  }

  /** The key or pattern of lock number `index`. */
  keyAt(index: number): string {
    const { writes, reads, patterns } = this;
    if (index < writes.length) return writes[index] ?? "";
    const rest = index - writes.length;
    return reads[rest] ?? patterns[rest - reads.length]?.pattern ?? "";
  }

  /** True when lock number `index` shares its key with nobody. */
  isExclusiveAt(index: number): boolean {
    if (index < this.writes.length) return true;
    return this.patterns[index - this.writes.length - this.reads.length]?.exclusive ?? false;
  }

  isPatternAt(index: number): boolean {
    return index >= this.writes.length + this.reads.length;
  }

  release(): void {
    if (this.status === "held") this.#table.end(this);
  }

  /** Gives up waiting. Does nothing when the locks are held already. */
  withdraw(): void {
    if (this.status === "waiting") this.#table.end(this);
  }
}

function isExact(key: string): boolean {
  return !isPrefixPattern(key);
}

function patternsOf({ writes, reads }: LockRequest): readonly PatternLock[] {
  return [
    ...writes.filter(isPrefixPattern).map((pattern) => ({ pattern, exclusive: true })),
    ...reads.filter(isPrefixPattern).map((pattern) => ({ pattern, exclusive: false })),
  ];
}
