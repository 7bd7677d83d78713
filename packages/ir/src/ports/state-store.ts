import type { JsonValue } from "../json/json-value.js";
import type { StateEntry } from "../state/state-entry.js";

/** An immutable reading of the state at one version. A view taken earlier never changes. */
export interface StateView {
  /** Count of commits so far. Starts at 0 for an empty store, grows by exactly 1 per commit. */
  readonly version: number;
  /** What the state holds at `key`, with origin and version, or `undefined` when it holds nothing. Never throws. */
  entry(key: string): StateEntry | undefined;
  /** The newest value at `key`, or `undefined` when the key is absent. Never throws. */
  get(key: string): JsonValue | undefined;
  /** All keys that have a newest value, in ascending code-unit order. Costs time in proportion to the state. */
  keys(): readonly string[];
  /**
   * Every key at which `entry` finds something, those included whose newest value a model deleted, in no order. Needed
   * by who copies a state whole; a store that has none may leave it out, and `keys` serves.
   */
  entryKeys?(): readonly string[];
  /** What `entry` finds at the keys of `entryKeys`, in the same order; several times faster than asking for each. */
  entryValues?(): readonly StateEntry[];
  /**
   * Says that this view will not be read again, so that the store need not keep anything for it. A hint: it may be left
   * out, no other view notices it, and the second call does nothing. Reading the view afterwards throws a `TypeError`.
   */
  release?(): void;
}

/** A run, as locks see it: a child names its parent, so that waiting for an ancestor can be refused. */
export interface LockOwner {
  readonly parent?: LockOwner | undefined;
}

/** A whole lock set, asked for in one step. Keys are exact or `prefix*`. A key in both lists counts as written. */
export interface LockRequest {
  readonly owner: LockOwner;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Locks that are held. */
export interface Lease {
  /** Gives every lock of the lease back. The second call does nothing. */
  release(): void;
}

/** Locks that are waited for. */
export interface LockWait {
  /** Resolves with the lease when all locks are held; rejects with `CAR_LOCK_CANCELED` after `cancel()`. */
  readonly lease: Promise<Lease>;
  /** Leaves the queue. Does nothing once the lease is granted. */
  cancel(): void;
}

/** New contents of keys; `undefined` removes the key. Entries of version 0 get the commit's version. */
export interface StateCommit {
  readonly entries: ReadonlyMap<string, StateEntry | undefined>;
}

/**
 * Where committed state lives, shared by every runtime that is given the same object. Rules ST-* are in
 * `packages/state/SPEC.md`; `testStateStore` of `@car/conformance` checks them.
 *
 * Anything that can answer at once should return a value, not a promise: the engine awaits only promises.
 */
export interface StateStore {
  /** Optional abilities. The conformance suite skips what is `false` here, and nothing else. */
  readonly supports: { readonly durable: boolean };
  /** The latest committed version. Throws `CAR_STORE_CLOSED` after `close()`. */
  view(): StateView;
  /**
   * Takes all locks of the request in one step. Readers share a key, a writer has it alone. Conflicting requests are
   * served in order of arrival per key; as nothing is held while waiting, there is no deadlock. A request of a child
   * run looks only at locks that are held, not at those waited for, so that it cannot wait behind a waiter for its own parent.
   * @returns the lease when nothing conflicts, else a wait.
   * @throws `NestedLockError` when an ancestor of the owner holds a conflicting lock.
   */
  acquire(request: LockRequest): Lease | LockWait;
  /**
   * Applies every entry or none, as one new version. The caller holds write locks on all keys.
   * @returns the new version.
   */
  commit(change: StateCommit): number | Promise<number>;
  /** Frees what the store holds. Calls after this throw `CAR_STORE_CLOSED`. */
  close(): Promise<void>;
}
