import { patternsOverlap } from "@car/ir";
import type { LockOwner } from "@car/ir/ports";

/** A request as the model knows it. */
export interface ModelRequest {
  readonly owner: LockOwner;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  status: "waiting" | "held" | "ended";
}

/**
 * The rules of locks, slow and obvious: every request is compared with every other, by every pair of their keys.
 * `requests` is in order of arrival.
 */
export class LockModel {
  readonly requests: ModelRequest[] = [];

  /** Enters a request, unless an ancestor of its owner is in the way: then the keys, else none. */
  acquire(request: Omit<ModelRequest, "status">): readonly string[] {
    const refused = this.refusal(request);
    if (refused.length > 0) return refused;
    this.requests.push({ ...request, status: "waiting" });
    this.#grantAll();
    return [];
  }

  /** The keys of a request for which it would be refused, in ascending order. */
  refusal(request: Omit<ModelRequest, "status">): readonly string[] {
    const ancestors = ancestorsOf(request.owner);
    const above = this.requests.filter(({ status, owner }) => status === "held" && ancestors.includes(owner));
    const inTheWay = locksOf(request).filter((lock) =>
      above.some((other) => locksOf(other).some((held) => excludes(lock, held))),
    );
    return [...new Set(inTheWay.map(({ key }) => key))].sort();
  }

  /** A release or a withdrawal. */
  end(index: number): void {
    const request = this.requests[index];
    if (request !== undefined) request.status = "ended";
    this.#grantAll();
  }

  #grantAll(): void {
    for (const [index, request] of this.requests.entries()) {
      if (request.status === "waiting" && this.#isFree(request, index)) request.status = "held";
    }
  }

  #isFree(request: ModelRequest, index: number): boolean {
    const isChild = request.owner.parent !== undefined;
    return !this.requests.some((other, otherIndex) => {
      const goesFirst = other.status === "held" || (other.status === "waiting" && !isChild && otherIndex < index);
      return goesFirst && conflict(request, other);
    });
  }
}

interface Lock {
  readonly key: string;
  readonly exclusive: boolean;
}

function locksOf({ reads, writes }: Pick<ModelRequest, "reads" | "writes">): readonly Lock[] {
  return [
    ...writes.map((key) => ({ key, exclusive: true })),
    ...reads.filter((key) => !writes.includes(key)).map((key) => ({ key, exclusive: false })),
  ];
}

function conflict(left: ModelRequest, right: ModelRequest): boolean {
  return locksOf(left).some((lock) => locksOf(right).some((other) => excludes(lock, other)));
}

function excludes(left: Lock, right: Lock): boolean {
  return (left.exclusive || right.exclusive) && patternsOverlap(left.key, right.key);
}

function ancestorsOf(owner: LockOwner): readonly LockOwner[] {
  return owner.parent === undefined ? [] : [owner.parent, ...ancestorsOf(owner.parent)];
}
