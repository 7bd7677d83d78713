import type { Lease, LockRequest, LockWait, StateCommit, StateStore, StateView } from "@car/ir/ports";

/** A store in memory whose commits are in a log as well, and so outlive the process. */
export class DurableState implements StateStore {
  readonly supports = { durable: true };
  private readonly store: StateStore;

  constructor(store: StateStore) {
    this.store = store;
  }

  view(): StateView {
    return this.store.view();
  }

  acquire(request: LockRequest): Lease | LockWait {
    return this.store.acquire(request);
  }

  commit(change: StateCommit): number | Promise<number> {
    return this.store.commit(change);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
