import type { LockClaim } from "./lock-claim.js";

/** A claim in the queue of one key or pattern. */
export interface Waiter {
  readonly claim: LockClaim;
  readonly exclusive: boolean;
}

/** Who waits, key by key, in order of arrival. A key has a queue only while somebody who wants it waits. */
export class LockQueues {
  readonly #queues = new Map<string, Waiter[]>();

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  /** Puts a claim at the end of the queues of all its keys. */
  add(claim: LockClaim): void {
    for (const key of claim.writes) this.#addTo(key, { claim, exclusive: true });
    for (const key of claim.reads) this.#addTo(key, { claim, exclusive: false });
  }

  remove(claim: LockClaim): void {
    for (const key of claim.writes) this.#removeFrom(key, claim);
    for (const key of claim.reads) this.#removeFrom(key, claim);
  }

  clear(): void {
    this.#queues.clear();
  }

  /** Those who wait for `key`. The list changes while claims are granted. */
  at(key: string): readonly Waiter[] {
    return this.#queues.get(key) ?? [];
  }

  /** True when somebody who came before `claim` waits for `key` and could not share it with a lock of the given kind. */
  hasEarlier(key: string, claim: LockClaim, exclusive: boolean): boolean {
    for (const waiter of this.at(key)) {
      if (waiter.claim.sequence >= claim.sequence) return false;
      if (exclusive || waiter.exclusive) return true;
    }
    return false;
  }

  /** Everybody who waits. */
  claims(): ReadonlySet<LockClaim> {
    return new Set([...this.#queues.values()].flat().map(({ claim }) => claim));
  }

  #addTo(key: string, waiter: Waiter): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [waiter]);
    // A key that is both written and read counts as written, and writes are entered first.
    else if (queue.at(-1)?.claim !== waiter.claim) queue.push(waiter);
  }

  #removeFrom(key: string, claim: LockClaim): void {
    const queue = this.#queues.get(key);
    const place = queue?.findIndex((waiter) => waiter.claim === claim) ?? -1;
    if (queue === undefined || place < 0) return;
    if (queue.length === 1) this.#queues.delete(key);
    else queue.splice(place, 1);
  }
}
