import { LockCanceledError, NestedLockError, StoreClosedError } from "@car/ir";
import type { Lease, LockOwner, LockRequest, LockWait } from "@car/ir/ports";
import { type ClaimEnd, LockClaim } from "./lock-claim.js";
import { LockHolders } from "./lock-holders.js";
import { LockNames } from "./lock-names.js";
import { LockQueues } from "./lock-queues.js";

/** The lease of somebody who asked for nothing. */
const NO_LOCKS: Lease = { release: () => undefined };

/**
 * Key locks. A claim is granted when it conflicts with nothing that is held and with nothing that waits and came
 * earlier; a child's claim looks only at what is held. All its locks are looked at in one step and none is held while
 * it waits, so nobody waits in a circle, except parents whose children want each other's keys.
 */
export class LockTable implements ClaimEnd {
  readonly #holders = new LockHolders();
  readonly #queues = new LockQueues();
  /** All names of all claims. Kept only while there are claims with patterns: without them a name overlaps itself only. */
  #names: LockNames | undefined = undefined;
  /** Claims with patterns, waiting or held. */
  #patterned = 0;
  /** Claims of children that wait, in order of arrival. */
  #children: LockClaim[] = [];
  #arrivals = 0;

  acquire(request: LockRequest): Lease | LockWait {
    if (request.writes.length === 0 && request.reads.length === 0) return NO_LOCKS;
    const claim = new LockClaim(this, request, this.#arrivals);
    this.#arrivals += 1;
    this.#enter(claim);
    if (this.#isObstructed(claim)) {
      this.#refuseNested(claim);
      return this.#wait(claim);
    }
    this.#hold(claim);
    return claim;
  }

  end(claim: LockClaim): void {
    if (claim.status === "held") this.#holders.remove(claim);
    else this.#leaveQueues(claim);
    claim.status = "ended";
    claim.answer?.refuse(new LockCanceledError("the lock request was withdrawn"));
    if (!this.#queues.isEmpty) this.#advance(claim);
    this.#leave(claim);
  }

  /** Refuses everybody who waits. Leases that are held may still be released. */
  close(): void {
    const waiting = this.#queues.claims();
    this.#holders.clear();
    this.#queues.clear();
    this.#names = undefined;
    this.#children = [];
    for (const claim of waiting) {
      claim.status = "ended";
      claim.answer?.refuse(new StoreClosedError("the state store was closed"));
    }
  }

  /** Before anything is asked about a claim, its names have to be among those that are compared. */
  #enter(claim: LockClaim): void {
    if (claim.hasPatterns) this.#patterned += 1;
    if (claim.hasPatterns && this.#names === undefined) {
      this.#names = new LockNames();
      for (const other of new Set([...this.#holders.claims(), ...this.#queues.claims()])) this.#names.add(other);
    }
    this.#names?.add(claim);
  }

  #leave(claim: LockClaim): void {
    this.#names?.remove(claim);
    if (claim.hasPatterns) this.#patterned -= 1;
    if (this.#patterned === 0) this.#names = undefined;
  }

  #hold(claim: LockClaim): void {
    claim.status = "held";
    this.#holders.add(claim);
  }

  #wait(claim: LockClaim): LockWait {
    const lease = new Promise<Lease>((grant, refuse) => {
      claim.answer = { grant, refuse };
    });
    // Whoever withdraws need not listen for the answer any more.
    lease.catch(() => undefined);
    this.#queues.add(claim);
    if (claim.owner.parent !== undefined) this.#children.push(claim);
    return { lease, cancel: () => claim.withdraw() };
  }

  #leaveQueues(claim: LockClaim): void {
    this.#queues.remove(claim);
    if (claim.owner.parent !== undefined) this.#children = this.#children.filter((other) => other !== claim);
  }

  /** Grants what the end of `ended` made possible. */
  #advance(ended: LockClaim): void {
    for (let index = 0; index < ended.size; index++) {
      const exclusive = ended.isExclusiveAt(index);
      for (const name of this.#overlapping(ended.keyAt(index), exclusive)) this.#advanceQueue(name, exclusive);
    }
    for (const claim of this.#children) this.#tryGrant(claim);
  }

  /** The end of a reader can help only a writer who is first; that of a writer also the readers who are first. */
  #advanceQueue(key: string, wasExclusive: boolean): void {
    if (this.#queues.isEmpty) return;
    const queue = this.#queues.at(key);
    const front = wasExclusive ? queue.findIndex(({ exclusive }) => exclusive) : 1;
    for (const { claim } of queue.slice(0, front < 0 ? queue.length : Math.max(front, 1))) {
      // A claim that is stopped at another of its locks stays stopped there. Children have their turn last.
      if (claim.owner.parent === undefined && claim.keyAt(claim.cursor) === key) this.#tryGrant(claim);
    }
  }

  #tryGrant(claim: LockClaim): void {
    if (claim.status !== "waiting" || this.#isObstructed(claim)) return;
    const { answer } = claim;
    claim.answer = undefined;
    this.#leaveQueues(claim);
    this.#hold(claim);
    answer?.grant(claim);
  }

  /** Looks at all locks of a claim, starting where it was stopped last, and stops at the first that is in the way. */
  #isObstructed(claim: LockClaim): boolean {
    if (this.#holders.isEmpty && this.#queues.isEmpty) return false;
    const { size } = claim;
    for (let looked = 0; looked < size; looked++) {
      if (this.#isObstructedAt(claim, claim.cursor)) return true;
      claim.cursor = claim.cursor + 1 === size ? 0 : claim.cursor + 1;
    }
    return false;
  }

  #isObstructedAt(claim: LockClaim, index: number): boolean {
    const key = claim.keyAt(index);
    const exclusive = claim.isExclusiveAt(index);
    if (this.#names === undefined) return this.#isTaken(key, claim, exclusive);
    for (const name of this.#names.overlapping(key, exclusive)) if (this.#isTaken(name, claim, exclusive)) return true;
    return false;
  }

  #isTaken(name: string, claim: LockClaim, exclusive: boolean): boolean {
    if (this.#holders.excludes(name, exclusive)) return true;
    return claim.owner.parent === undefined && !this.#queues.isEmpty && this.#queues.hasEarlier(name, claim, exclusive);
  }

  #overlapping(key: string, exclusive: boolean): Iterable<string> {
    return this.#names === undefined ? [key] : this.#names.overlapping(key, exclusive);
  }

  /** @throws `NestedLockError` when a claim could be granted only after an ancestor of its owner has ended. */
  #refuseNested(claim: LockClaim): void {
    if (claim.owner.parent === undefined) return;
    const keys: string[] = [];
    for (let index = 0; index < claim.size; index++) {
      if (this.#isUnderAncestor(claim, index)) keys.push(claim.keyAt(index));
    }
    if (keys.length === 0) return;
    this.#leave(claim);
    throw new NestedLockError(keys);
  }

  #isUnderAncestor(claim: LockClaim, index: number): boolean {
    const exclusive = claim.isExclusiveAt(index);
    for (const name of this.#overlapping(claim.keyAt(index), exclusive)) {
      for (const { owner } of this.#holders.at(name, exclusive)) if (isAncestor(owner, claim.owner)) return true;
    }
    return false;
  }
}

function isAncestor(owner: LockOwner, child: LockOwner): boolean {
  for (let ancestor = child.parent; ancestor !== undefined; ancestor = ancestor.parent) {
    if (ancestor === owner) return true;
  }
  return false;
}
