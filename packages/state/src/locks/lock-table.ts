import { LockCanceledError, NestedLockError, patternsOverlap, StoreClosedError } from "@car/ir";
import type { Lease, LockOwner, LockRequest, LockWait } from "@car/ir/ports";
import { type ClaimEnd, LockClaim } from "./lock-claim.js";
import { LockHolders } from "./lock-holders.js";
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
  /** Claims with patterns, waiting or held, in order of arrival. Few, so every one is looked at. */
  #patterned: LockClaim[] = [];
  /** Claims of children that wait, in order of arrival. */
  #children: LockClaim[] = [];
  #arrivals = 0;

  acquire(request: LockRequest): Lease | LockWait {
    if (request.writes.length === 0 && request.reads.length === 0) return NO_LOCKS;
    const claim = new LockClaim(this, request, this.#arrivals);
    this.#arrivals += 1;
    const obstructed = this.#isObstructed(claim);
    if (obstructed) this.#refuseNested(claim);

    if (claim.patterns.length > 0) this.#patterned.push(claim);
    if (obstructed) return this.#wait(claim);
    this.#hold(claim);
    return claim;
  }

  end(claim: LockClaim): void {
    if (claim.status === "held") this.#holders.remove(claim);
    else this.#leaveQueues(claim);
    claim.status = "ended";
    claim.answer?.refuse(new LockCanceledError("the lock request was withdrawn"));
    if (claim.patterns.length > 0) this.#patterned = this.#patterned.filter((other) => other !== claim);
    if (!this.#queues.isEmpty || this.#patterned.length > 0) this.#advance(claim);
  }

  /** Refuses everybody who waits. Leases that are held may still be released. */
  close(): void {
    const waiting = [...this.#queues.claims(), ...this.#patterned].filter(({ status }) => status === "waiting");
    this.#holders.clear();
    this.#queues.clear();
    this.#patterned = [];
    this.#children = [];
    for (const claim of waiting) {
      claim.status = "ended";
      claim.answer?.refuse(new StoreClosedError("the state store was closed"));
    }
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
    for (const key of ended.writes) this.#advanceQueue(key, true);
    for (const key of ended.reads) this.#advanceQueue(key, false);
    for (const { pattern } of ended.patterns) {
      for (const key of this.#queues.keysUnder(pattern)) this.#advanceQueue(key, true);
    }
    for (const claim of this.#patterned) if (claim.owner.parent === undefined) this.#tryGrant(claim);
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
    if (this.#holders.isEmpty && this.#queues.isEmpty && this.#patterned.length === 0) return false;
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
    if (this.#patterned.length > 0 && this.#isPatternedBefore(claim, key, exclusive)) return true;
    if (claim.isPatternAt(index)) return this.#isPatternObstructed(claim, key, exclusive);
    if (this.#holders.excludes(key, exclusive)) return true;
    return claim.owner.parent === undefined && !this.#queues.isEmpty && this.#queues.hasEarlier(key, claim, exclusive);
  }

  #isPatternedBefore(claim: LockClaim, key: string, exclusive: boolean): boolean {
    return this.#patterned.some((other) => this.#isBefore(other, claim) && hasPatternOn(other, key, exclusive));
  }

  #isPatternObstructed(claim: LockClaim, pattern: string, exclusive: boolean): boolean {
    if (this.#holders.excluding(pattern, exclusive).length > 0) return true;
    if (claim.owner.parent !== undefined) return false;
    return this.#queues.keysUnder(pattern).some((key) => this.#queues.hasEarlier(key, claim, exclusive));
  }

  /** True when `claim` has to let `other` go first wherever they conflict. */
  #isBefore(other: LockClaim, claim: LockClaim): boolean {
    if (other === claim) return false;
    return other.status === "held" || (claim.owner.parent === undefined && other.sequence < claim.sequence);
  }

  /** @throws `NestedLockError` when a claim could be granted only after an ancestor of its owner has ended. */
  #refuseNested(claim: LockClaim): void {
    if (claim.owner.parent === undefined) return;
    const keys: string[] = [];
    for (let index = 0; index < claim.size; index++) {
      const key = claim.keyAt(index);
      const inTheWay = this.#holdersInTheWay(key, claim.isExclusiveAt(index));
      if (inTheWay.some(({ owner }) => isAncestor(owner, claim.owner))) keys.push(key);
    }
    if (keys.length > 0) throw new NestedLockError(keys);
  }

  #holdersInTheWay(key: string, exclusive: boolean): readonly LockClaim[] {
    const patterned = this.#patterned.filter(({ status }) => status === "held");
    const overlapping = patterned.filter((other) => hasPatternOn(other, key, exclusive));
    return [...this.#holders.excluding(key, exclusive), ...overlapping];
  }
}

/** True when one of the patterns of `claim` stands against a lock of the given kind on `key`, itself a key or a pattern. */
function hasPatternOn(claim: LockClaim, key: string, exclusive: boolean): boolean {
  return claim.patterns.some((lock) => (exclusive || lock.exclusive) && patternsOverlap(lock.pattern, key));
}

function isAncestor(owner: LockOwner, child: LockOwner): boolean {
  for (let ancestor = child.parent; ancestor !== undefined; ancestor = ancestor.parent) {
    if (ancestor === owner) return true;
  }
  return false;
}
