import {
  type CheckpointPendingWrite,
  compareWritesSortKeys,
  type PendingWrite,
  type SerializerProtocol,
  WRITES_IDX_MAP,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import type { CheckpointTree, Path } from "./checkpoint-tree.js";
import { pack, type Packed, unpack } from "./packed.js";

/** What one task wrote on top of a checkpoint. */
export interface TaskWrites {
  /** Each with its index (below zero for LangGraph's own channels), channel, task path and value. */
  readonly writes: readonly (readonly [number, string, string, Packed])[];
}

/** A task's writes with new ones added: an index that is there already stays, except for LangGraph's own channels. */
export async function addWrites(
  serde: SerializerProtocol,
  before: TaskWrites | undefined,
  { writes, taskPath }: { readonly writes: readonly PendingWrite[]; readonly taskPath: string },
): Promise<TaskWrites> {
  const byIndex = new Map((before?.writes ?? []).map((write) => [write[0], write] as const));
  const packed = await Promise.all(writes.map(([, value]) => pack(serde, value)));
  for (const [place, [channel]] of writes.entries()) {
    const index = Object.hasOwn(WRITES_IDX_MAP, channel) ? WRITES_IDX_MAP[channel]! : place;
    if (index < 0 || !byIndex.has(index)) byIndex.set(index, [index, channel, taskPath, packed[place]!]);
  }
  return { writes: [...byIndex.values()] };
}

/** All writes on top of the checkpoint at `path`, in the order in which LangGraph applies them. */
export async function pendingWritesOf(
  serde: SerializerProtocol,
  tree: CheckpointTree,
  path: Path,
): Promise<CheckpointPendingWrite[]> {
  const all = [...tree.children(path)].flatMap((task) => {
    const writes = tree.data<TaskWrites>([...path, task])?.writes ?? [];
    return writes.map(([index, channel, taskPath, value]) => {
      return { key: writesSortKey(taskPath, task, index), task, channel, value };
    });
  });
  all.sort((left, right) => compareWritesSortKeys(left.key, right.key));
  return Promise.all(
    all.map(async ({ task, channel, value }): Promise<CheckpointPendingWrite> => {
      return [task, channel, await unpack(serde, value)];
    }),
  );
}
