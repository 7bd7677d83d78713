import { type JsonValue, type StateEntry, StoreClosedError } from "@car/ir";
import type { Lease, LockRequest, LockWait, StateCommit, StateStore, StateView } from "@car/ir/ports";
import { initialEntries } from "./initial-entries.js";
import { LockTable } from "./locks/lock-table.js";
import { MemoryView, type Replaced } from "./memory-view.js";

/**
 * A store in this process's memory. It may be given to several runtimes, which then share state and locks.
 * @param initial - the host's values; a store with any starts at version 1.
 */
export function memoryStateStore(initial: Readonly<Record<string, JsonValue>> = {}): StateStore {
  return new MemoryStateStore(initialEntries(initial));
}

class MemoryStateStore implements StateStore {
  readonly supports = { durable: false };
  readonly #entries: Map<string, StateEntry>;
  readonly #locks = new LockTable();
  #version: number;
  /** The newest view, once anybody has asked for one. */
  #newest: MemoryView | undefined = undefined;
  #closed = false;

  constructor(entries: Map<string, StateEntry>) {
    this.#entries = entries;
    this.#version = entries.size === 0 ? 0 : 1;
  }

  view(): StateView {
    this.#requireOpen();
    this.#newest ??= new MemoryView(this.#version, this.#entries);
    return this.#newest;
  }

  acquire(request: LockRequest): Lease | LockWait {
    this.#requireOpen();
    return this.#locks.acquire(request);
  }

  commit({ entries }: StateCommit): number {
    this.#requireOpen();
    const version = this.#version + 1;
    if (this.#newest !== undefined) this.#newest = this.#supersede(this.#newest, entries);
    for (const [key, entry] of entries) this.#put(key, entry, version);
    this.#version = version;
    return version;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#locks.close();
    return Promise.resolve();
  }

  #supersede(view: MemoryView, entries: StateCommit["entries"]): MemoryView {
    const replaced: Replaced = new Map();
    for (const key of entries.keys()) replaced.set(key, this.#entries.get(key));
    const next = new MemoryView(this.#version + 1, this.#entries);
    view.supersede(replaced, next);
    return next;
  }

  #put(key: string, entry: StateEntry | undefined, version: number): void {
    if (entry === undefined) this.#entries.delete(key);
    else this.#entries.set(key, entry.version === 0 ? { ...entry, version } : entry);
  }

  #requireOpen(): void {
    if (this.#closed) throw new StoreClosedError("the state store is closed");
  }
}
