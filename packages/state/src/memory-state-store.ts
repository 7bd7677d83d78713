import { type JsonValue, type StateEntry, StoreClosedError } from "@car/ir";
import type { Lease, LockRequest, LockWait, StateCommit, StateStore, StateView } from "@car/ir/ports";
import { initialEntries } from "./initial-entries.js";
import { type Changes, changesOf, LiveEntries } from "./live-entries.js";
import { LockTable } from "./locks/lock-table.js";
import { MemoryView } from "./memory-view.js";
import { Moment } from "./moment.js";

/**
 * A store in this process's memory. It may be given to several runtimes, which then share state and locks.
 * @param initial - the host's values, copied; a store with any starts at version 1.
 * @throws `StateValueInvalidError`, naming the key, when a value is not JSON.
 */
export function memoryStateStore(initial: Readonly<Record<string, JsonValue>> = {}): StateStore {
  return new MemoryStateStore(new LiveEntries(initialEntries(initial)));
}

/** A state as it was at some commit. */
export interface RestoredState {
  /** Count of commits so far. */
  readonly version: number;
  /** Entries with the versions at which they last changed. Taken over as they are: nobody may change them. */
  readonly entries: Iterable<readonly [key: string, entry: StateEntry]>;
}

/** A store in memory that goes on where another one was, with its versions and origins. */
export function restoredStateStore({ version, entries }: RestoredState): StateStore {
  return new MemoryStateStore(new LiveEntries(new Map(entries), version));
}

class MemoryStateStore implements StateStore {
  readonly supports = { durable: false };
  readonly #live: LiveEntries;
  readonly #locks = new LockTable();
  /** The newest moment, if any view of it or of an earlier one may still be read. */
  #newest: Moment | undefined = undefined;
  #closed = false;

  constructor(live: LiveEntries) {
    this.#live = live;
  }

  view(): StateView {
    this.#requireOpen();
    this.#newest ??= new Moment(this.#live.version, this.#live);
    return new MemoryView(this.#newest);
  }

  acquire(request: LockRequest): Lease | LockWait {
    this.#requireOpen();
    return this.#locks.acquire(request);
  }

  commit(change: StateCommit): number {
    this.#requireOpen();
    const changes = changesOf(change);
    this.#newest = this.#newest?.isNeeded === true ? this.#supersede(this.#newest, changes) : undefined;
    this.#live.apply(changes);
    return this.#live.version;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#locks.close();
    return Promise.resolve();
  }

  #supersede(moment: Moment, changes: Changes): Moment {
    const next = new Moment(this.#live.version + 1, this.#live);
    moment.supersede(this.#live.replacedBy(changes), next);
    return next;
  }

  #requireOpen(): void {
    if (this.#closed) throw new StoreClosedError("the state store is closed");
  }
}
