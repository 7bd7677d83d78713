import { NestedLockError } from "@car/ir";
import type { Lease, LockRequest, LockWait, StateView } from "@car/ir/ports";
import type { Mutant } from "./broken-views.js";
import { PlainStateStore } from "./plain-state-store.js";

/** An owner without conflicts above it, whose requests look only at what is held. */
const STRANGER = { parent: {} };

const isPattern = (key: string): boolean => key.endsWith("*");
const isExact = (key: string): boolean => !isPattern(key);

/** Stores whose locks are wrong. */
export const BROKEN_LOCKS: readonly Mutant[] = [
  [
    "ST-10",
    "writers share",
    asking(({ owner, reads, writes }) => ({ owner, reads: [...reads, ...writes], writes: [] })),
  ],
  [
    "ST-10",
    "readers exclude readers",
    asking(({ owner, reads, writes }) => ({ owner, reads: [], writes: [...writes, ...reads] })),
  ],
  ["ST-10", "readers do not keep writers out", asking((request) => ({ ...request, reads: [] }))],
  ["ST-11", "one lock for everything", asking((request) => ({ ...request, writes: ["*"] }))],
  [
    "ST-11",
    "always gives a promise",
    class extends PlainStateStore {
      override acquire(request: LockRequest): Lease | LockWait {
        const answer = super.acquire(request);
        return "lease" in answer ? answer : { lease: Promise.resolve(answer), cancel: () => undefined };
      }
    },
  ],
  [
    "ST-12",
    "a key in both lists counts as read",
    asking((request) => ({ ...request, writes: without(request.writes, request.reads) })),
  ],
  [
    "ST-13",
    "a request for nothing waits its turn",
    asking((request) => (request.reads.length + request.writes.length === 0 ? { ...request, writes: ["*"] } : request)),
  ],
  [
    "ST-14",
    "takes a prefix for a key",
    asking((request) => ({ ...request, reads: request.reads.map(escaped), writes: request.writes.map(escaped) })),
  ],
  [
    "ST-14",
    "ignores prefixes that are read",
    asking((request) => ({ ...request, reads: request.reads.filter(isExact) })),
  ],
  [
    "ST-14",
    "a prefix locks too much",
    asking((request) => ({
      ...request,
      writes: request.writes.map((key) => (isPattern(key) ? `${key.slice(0, 1)}*` : key)),
    })),
  ],
  ["ST-15", "serves in no order", asking((request) => ({ ...request, owner: STRANGER }))],
  [
    "ST-15",
    "readers pass a waiting writer",
    asking((request) => (request.writes.length === 0 ? { ...request, owner: STRANGER } : request)),
  ],
  [
    "ST-15",
    "keys pass a waiting prefix",
    asking((request) =>
      [...request.reads, ...request.writes].every(isExact) ? { ...request, owner: STRANGER } : request,
    ),
  ],
  [
    "ST-16",
    "grants once the first key is free",
    asking(({ owner, reads, writes }) =>
      writes.length > 1 ? { owner, reads: [], writes: writes.slice(0, 1) } : { owner, reads, writes },
    ),
  ],
  [
    "ST-17",
    "releasing twice frees whoever holds the keys by then",
    class extends PlainStateStore {
      protected override leaseOf(number: number): Lease {
        const keys = this.locks.requests[number]?.writes;
        const isSame = (writes: readonly string[]): boolean => writes.join() === keys?.join();
        return {
          release: () => {
            const other = this.locks.requests.findIndex(({ status, writes }) => status === "held" && isSame(writes));
            this.end(this.isHeld(number) ? number : other);
          },
        };
      }
    },
  ],
  [
    "ST-18",
    "keeps the place of a request that was canceled",
    class extends PlainStateStore {
      protected override cancel(number: number): void {
        this.answers.get(number)?.refuse(new Error("canceled"));
      }
    },
  ],
  [
    "ST-18",
    "never answers a request that was canceled",
    class extends PlainStateStore {
      protected override cancel(number: number): void {
        this.answers.delete(number);
        this.end(number);
      }
    },
  ],
  [
    "ST-18",
    "canceling takes a granted lease away",
    class extends PlainStateStore {
      protected override cancel(number: number): void {
        super.cancel(number);
        this.end(number);
      }
    },
  ],
  ["ST-19", "lets a child wait for its parent", asking((request) => ({ ...request, owner: {} }))],
  [
    "ST-19",
    "does not say which keys an ancestor holds",
    class extends PlainStateStore {
      override acquire(request: LockRequest): Lease | LockWait {
        try {
          return super.acquire(request);
        } catch (error) {
          throw error instanceof NestedLockError ? new NestedLockError([]) : error;
        }
      }
    },
  ],
  [
    "ST-19",
    "looks no further than the parent",
    asking(({ owner, ...keys }) => ({ ...keys, owner: owner.parent?.parent === undefined ? owner : STRANGER })),
  ],
  [
    "ST-20",
    "lets a child wait behind a waiter for its parent",
    class extends PlainStateStore {
      override acquire(request: LockRequest): Lease | LockWait {
        const isFree = request.owner.parent === undefined || this.locks.refusal(request).length === 0;
        return super.acquire(isFree ? { ...request, owner: {} } : request);
      }
    },
  ],
  [
    "ST-21",
    "serves waiting requests newest first",
    class extends PlainStateStore {
      override acquire(request: LockRequest): Lease | LockWait {
        const isWaiting = this.locks.requests.some(({ status }) => status === "waiting");
        return super.acquire(isWaiting ? { ...request, owner: STRANGER } : request);
      }
    },
  ],
  [
    "ST-21",
    "forgets somebody in a long queue",
    class extends PlainStateStore {
      protected override end(number: number): void {
        const waiting = this.locks.requests.flatMap(({ status }, other) => (status === "waiting" ? [other] : []));
        if (waiting.length > 2) this.answers.delete(waiting[1] ?? -1);
        super.end(number);
      }
    },
  ],
  [
    "ST-22",
    "leaves those that wait alone when it closes",
    class extends PlainStateStore {
      override async close(): Promise<void> {
        this.isClosed = true;
      }
    },
  ],
  [
    "ST-22",
    "still answers after close",
    class extends PlainStateStore {
      protected override requireOpen(): void {
        return undefined;
      }
    },
  ],
  [
    "ST-22",
    "empties the views it gave out",
    class extends PlainStateStore {
      override view(): StateView {
        const view = super.view();
        return {
          ...view,
          version: view.version,
          entry: (key) => view.entry(key),
          get: (key) => view.get(key),
          keys: () => (this.isClosed ? [] : view.keys()),
        };
      }
    },
  ],
];

/** A store that changes every lock request. */
function asking(change: (request: LockRequest) => LockRequest): Mutant[2] {
  return class extends PlainStateStore {
    override acquire(request: LockRequest): Lease | LockWait {
      return super.acquire(change(request));
    }
  };
}

function without(keys: readonly string[], others: readonly string[]): readonly string[] {
  return keys.filter((key) => !others.includes(key));
}

function escaped(key: string): string {
  return isPattern(key) ? `${key}!` : key;
}
