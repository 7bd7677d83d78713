import type { LockClaim } from "./lock-claim.js";

/**
 * Who holds which key or pattern. A claim that is alone is not entered in the maps before somebody asks. A single reader
 * stands in the map itself; a set exists only while several share a key.
 */
export class LockHolders {
  /** The only claim that is held, while nobody has asked for its keys. */
  #lone: LockClaim | undefined = undefined;
  readonly #writers = new Map<string, LockClaim>();
  readonly #readers = new Map<string, LockClaim | Set<LockClaim>>();

  add(claim: LockClaim): void {
    if (this.isEmpty) this.#lone = claim;
    else {
      this.#index();
      this.#enter(claim);
    }
  }

  #index(): void {
    const claim = this.#lone;
    this.#lone = undefined;
    if (claim !== undefined) this.#enter(claim);
  }

  #enter(claim: LockClaim): void {
    for (const key of claim.writes) this.#writers.set(key, claim);
    for (const key of claim.reads) this.#addReader(key, claim);
  }

  remove(claim: LockClaim): void {
    if (this.#lone === claim) {
      this.#lone = undefined;
      return;
    }
    for (const key of claim.writes) this.#writers.delete(key);
    for (const key of claim.reads) this.#removeReader(key, claim);
  }

  get isEmpty(): boolean {
    return this.#lone === undefined && this.#writers.size === 0 && this.#readers.size === 0;
  }

  clear(): void {
    this.#lone = undefined;
    this.#writers.clear();
    this.#readers.clear();
  }

  /** True when somebody holds `key` in a way that excludes a new lock of the given kind. */
  excludes(key: string, exclusive: boolean): boolean {
    this.#index();
    if (this.#writers.size > 0 && this.#writers.has(key)) return true;
    return exclusive && this.#readers.size > 0 && this.#readers.has(key);
  }

  /** Those whom a new lock of the given kind on `key` would meet there. */
  *at(key: string, exclusive: boolean): Generator<LockClaim> {
    this.#index();
    const writer = this.#writers.get(key);
    if (writer !== undefined) yield writer;
    const readers = exclusive ? this.#readers.get(key) : undefined;
    if (readers !== undefined) yield* listOf(readers);
  }

  claims(): ReadonlySet<LockClaim> {
    this.#index();
    return new Set([...this.#writers.values(), ...[...this.#readers.values()].flatMap((each) => [...listOf(each)])]);
  }

  #addReader(key: string, claim: LockClaim): void {
    const readers = this.#readers.get(key);
    if (readers === undefined) this.#readers.set(key, claim);
    else if (readers instanceof Set) readers.add(claim);
    else if (readers !== claim) this.#readers.set(key, new Set([readers, claim]));
  }

  #removeReader(key: string, claim: LockClaim): void {
    const readers = this.#readers.get(key);
    const isLast = readers === claim || (readers instanceof Set && readers.delete(claim) && readers.size === 0);
    if (isLast) this.#readers.delete(key);
  }
}

function listOf(readers: LockClaim | Set<LockClaim>): Iterable<LockClaim> {
  return readers instanceof Set ? readers : [readers];
}
