import { CarError, LockTimeoutError } from "@car/ir";
import type { Lease, LockOwner, StateStore } from "@car/ir/ports";
import { CheckpointTree } from "./checkpoint-tree.js";

/** Where the tree lives, and how long to wait for others who write there. */
export interface TreeStore {
  readonly store: StateStore;
  readonly prefix: string;
  readonly lockTimeoutMs: number;
}

/**
 * Lets `change` edit the tree while nobody else can touch `keys`, and commits what it changed as one version.
 * @throws `LockTimeoutError` after `lockTimeoutMs`; what the store throws.
 */
export async function changeLocked(
  tree: TreeStore,
  keys: readonly string[],
  change: (tree: CheckpointTree) => void | Promise<void>,
): Promise<void> {
  const lease = await leaseOf(tree, keys);
  try {
    await readTree(tree, async (edited) => {
      await change(edited);
      if (edited.changes.size > 0) await tree.store.commit({ entries: edited.changes });
    });
  } finally {
    lease.release();
  }
}

/** Reads one version of the tree, whatever is committed meanwhile. */
export async function readTree<T>(
  { store, prefix }: TreeStore,
  read: (tree: CheckpointTree) => Promise<T>,
): Promise<T> {
  const view = store.view();
  try {
    return await read(new CheckpointTree(view, prefix));
  } finally {
    view.release?.();
  }
}

async function leaseOf({ store, lockTimeoutMs }: TreeStore, keys: readonly string[]): Promise<Lease> {
  const owner: LockOwner = {};
  const answer = store.acquire({ owner, reads: [], writes: keys });
  if (!("lease" in answer)) return answer;
  const timer = setTimeout(() => answer.cancel(), lockTimeoutMs);
  try {
    return await answer.lease;
  } catch (error) {
    if (!CarError.isInstance(error) || error.code !== "CAR_LOCK_CANCELED") throw error;
    throw new LockTimeoutError(`waited ${lockTimeoutMs} ms to write \`${keys[0] ?? ""}\``, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
