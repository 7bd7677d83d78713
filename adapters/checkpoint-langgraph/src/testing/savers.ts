import type { StateStore } from "@car/ir/ports";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  type BaseCheckpointSaver,
  type Checkpoint,
  type CheckpointTuple,
  emptyCheckpoint,
} from "@langchain/langgraph-checkpoint";

/** A checkpoint with these channel values, each at the version of the same name. */
export function checkpoint(
  id: string,
  values: Readonly<Record<string, unknown>> = {},
  versions: Readonly<Record<string, number>> = {},
): Checkpoint {
  return { ...emptyCheckpoint(), id, channel_values: { ...values }, channel_versions: { ...versions } };
}

export function configAt(thread_id: string, checkpoint_id?: string, checkpoint_ns = ""): RunnableConfig {
  return { configurable: { thread_id, checkpoint_ns, ...(checkpoint_id === undefined ? {} : { checkpoint_id }) } };
}

export const METADATA = { source: "loop", step: 1, parents: {} } as const;

/** Puts empty checkpoints, one after the other, into one thread. */
export async function putAll(saver: BaseCheckpointSaver, thread: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) await saver.put(configAt(thread), checkpoint(id), METADATA, {});
}

export async function listed(
  saver: BaseCheckpointSaver,
  ...args: Parameters<BaseCheckpointSaver["list"]>
): Promise<CheckpointTuple[]> {
  const tuples: CheckpointTuple[] = [];
  for await (const tuple of saver.list(...args)) tuples.push(tuple);
  return tuples;
}

export const idsOf = (tuples: readonly CheckpointTuple[]): readonly string[] =>
  tuples.map(({ checkpoint: { id } }) => id);

/** Keys a store holds. */
export function keysOf(store: StateStore): readonly string[] {
  return store.view().keys();
}

/** A store that counts the entries that are read and written through it. */
export function countingStore(store: StateStore): StateStore & { readonly touched: () => number } {
  let count = 0;
  return {
    supports: store.supports,
    touched: () => count,
    view: () => {
      const view = store.view();
      const entry = (key: string): ReturnType<typeof view.entry> => {
        count += 1;
        return view.entry(key);
      };
      return { version: view.version, entry, get: (key) => entry(key)?.value, keys: () => view.keys() };
    },
    acquire: (request) => store.acquire(request),
    commit: (change) => {
      count += change.entries.size;
      return store.commit(change);
    },
    close: () => store.close(),
  };
}
