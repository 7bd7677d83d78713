import {
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
  maxChannelVersion,
  type SerializerProtocol,
  TASKS,
} from "@langchain/langgraph-checkpoint";
import { configOf } from "./checkpoint-place.js";
import { checkpointOf, type CheckpointRecord } from "./checkpoint-record.js";
import type { CheckpointTree } from "./checkpoint-tree.js";
import { unpack } from "./packed.js";
import { pendingWritesOf } from "./pending-writes.js";

/** From this format on a checkpoint has its sends itself; before, they were writes of its parent. */
const FIRST_FORMAT_WITH_SENDS = 4;

/** A checkpoint that is stored. */
export interface Place {
  readonly thread: string;
  readonly namespace: string;
  readonly id: string;
}

/** Everything LangGraph wants to know of one checkpoint, or `undefined` when there is none. */
export async function loadTuple(
  serde: SerializerProtocol,
  tree: CheckpointTree,
  { thread, namespace, id }: Place,
): Promise<CheckpointTuple | undefined> {
  const scope = [thread, namespace];
  const record = tree.data<CheckpointRecord>([...scope, id]);
  if (record === undefined) return undefined;
  const [checkpoint, metadata, pendingWrites] = await Promise.all([
    checkpointOf(serde, tree, { scope, record }),
    metadataOf(serde, record),
    pendingWritesOf(serde, tree, [...scope, id]),
  ]);
  const tuple: CheckpointTuple = { config: configOf(thread, namespace, id), checkpoint, metadata, pendingWrites };
  if (record.parent === undefined) return tuple;
  if (checkpoint.v < FIRST_FORMAT_WITH_SENDS) {
    addSends(checkpoint, await sendsOf(serde, tree, [...scope, record.parent]));
  }
  return { ...tuple, parentConfig: configOf(thread, namespace, record.parent) };
}

/** The metadata of a stored checkpoint. */
export async function metadataOf(serde: SerializerProtocol, record: CheckpointRecord): Promise<CheckpointMetadata> {
  return (await unpack(serde, record.metadata)) as CheckpointMetadata;
}

async function sendsOf(
  serde: SerializerProtocol,
  tree: CheckpointTree,
  parent: readonly string[],
): Promise<readonly unknown[]> {
  const writes = await pendingWritesOf(serde, tree, parent);
  return writes.filter(([, channel]) => channel === TASKS).map(([, , value]) => value);
}

function addSends(checkpoint: Checkpoint, sends: readonly unknown[]): void {
  checkpoint.channel_values[TASKS] = sends;
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_versions[TASKS] = versions.length > 0 ? maxChannelVersion(...versions) : 1;
}
