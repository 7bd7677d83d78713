import type { ErrorCode, StateEntry } from "@car/ir";
import type { Lease, LockOwner, LockWait, StateStore, StateView } from "@car/ir/ports";
import { assertEqual, AssertionError } from "../assert.js";
import { settle } from "../clock/settle.js";

/** Turns of the event loop after which an answer counts as missing. */
const MOST_TURNS = 500;

/** Runs a test's body with a fresh store, and closes the store whatever happens. */
export type WithStore = (body: (store: StateStore) => void | Promise<void>) => () => Promise<void>;

/** A lock request as a test writes it. Each has an owner of its own unless it names one. */
export interface Wanted {
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  readonly owner?: LockOwner;
}

/** A request that did not get its locks at once, and what became of it so far. */
export interface Pending {
  readonly wait: LockWait;
  lease: Lease | undefined;
  error: unknown;
}

/** An entry that is not committed yet. */
export function fresh(value: StateEntry["value"], more: Partial<StateEntry> = {}): StateEntry {
  return { value, origin: "host", version: 0, ...more };
}

/** Commits entries given as a record; a member that is `undefined` removes its key. */
export async function commit(
  store: StateStore,
  entries: Readonly<Record<string, StateEntry | undefined>>,
): Promise<number> {
  return store.commit({ entries: new Map(Object.entries(entries)) });
}

/** Everything a view can tell about `keys`. */
export function contentOf(view: StateView, keys: readonly string[]): unknown {
  return {
    version: view.version,
    keys: view.keys(),
    entries: keys.map((key) => [key, view.entry(key), view.get(key)]),
  };
}

export function isWait(answer: Lease | LockWait): answer is LockWait {
  return "lease" in answer;
}

/** Takes locks that nothing stands in the way of. */
export function take(store: StateStore, wanted: Wanted): Lease {
  const answer = ask(store, wanted);
  if (isWait(answer)) throw new AssertionError(`${JSON.stringify(wanted)} had to wait although nothing conflicts`);
  return answer;
}

/** Asks for locks that something stands in the way of. */
export function queue(store: StateStore, wanted: Wanted): Pending {
  const answer = ask(store, wanted);
  if (isWait(answer)) return watch(answer);
  throw new AssertionError(`${JSON.stringify(wanted)} was granted at once in spite of a conflict`);
}

/** Notes what becomes of a request. */
export function watch(wait: LockWait): Pending {
  const pending: Pending = { wait, lease: undefined, error: undefined };
  wait.lease.then(
    (lease) => (pending.lease = lease),
    (error: unknown) => (pending.error = error),
  );
  return pending;
}

/** Checks that every one of `pending` still waits. */
export async function assertWaiting(...pending: readonly Pending[]): Promise<void> {
  await settle();
  for (const [index, { lease }] of pending.entries()) {
    if (lease !== undefined) throw new AssertionError(`request ${index + 1} of those that must wait was granted`);
  }
}

/** The lease of a request that nothing stands in the way of any more. */
export async function granted(pending: Pending): Promise<Lease> {
  await eventually(() => pending.lease !== undefined);
  if (pending.lease !== undefined) return pending.lease;
  throw new AssertionError("a request still waits although nothing conflicts any more");
}

/** Checks that a request is rejected. It fails, rather than waits for ever, when nobody answers. */
export async function assertRefused(code: ErrorCode, pending: Pending): Promise<void> {
  await eventually(() => pending.error !== undefined);
  assertEqual((pending.error as { code?: unknown } | undefined)?.code, code, "code of the refusal");
}

/** Waits until `isTrue`, for as long as a store with real input and output may need, but not for ever. */
export async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn === 0 || (turn < MOST_TURNS && !isTrue()); turn++) await settle();
}

export function ask(store: StateStore, { reads = [], writes = [], owner = {} }: Wanted): Lease | LockWait {
  return store.acquire({ owner, reads, writes });
}
