import {
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  copyCheckpoint,
  type SerializerProtocol,
} from "@langchain/langgraph-checkpoint";
import type { CheckpointTree, Path } from "./checkpoint-tree.js";
import { isSamePacked, pack, type Packed, unpack } from "./packed.js";

/** A channel's version; null when the checkpoint gives none. */
type Version = number | string | null;

/** A checkpoint as it is stored. Values of channels that did not change are those of an earlier checkpoint. */
export interface CheckpointRecord {
  readonly parent?: string;
  /** The checkpoint without its channel values. */
  readonly checkpoint: Packed;
  readonly metadata: Packed;
  /** Each channel that has a value: name, version, and the id of the checkpoint that stores it. */
  readonly channels: readonly (readonly [string, Version, string])[];
  /** The values stored here: name, version, value. */
  readonly own: readonly (readonly [string, Version, Packed])[];
}

/** What LangGraph gives to `put`. */
export interface PutRequest {
  /** Thread and namespace. */
  readonly scope: Path;
  readonly parent: string | undefined;
  readonly checkpoint: Checkpoint;
  readonly metadata: CheckpointMetadata;
  /** Channels that changed since the parent. Absent: all. */
  readonly newVersions: ChannelVersions | undefined;
}

/**
 * The record of a new checkpoint. A value that did not change is taken from the parent; if the parent has another
 * version of it, it is stored; if there is no parent, it is looked for in the namespace, and is otherwise left out, as
 * LangGraph's contract for `newVersions` wants it.
 */
export async function recordOf(
  serde: SerializerProtocol,
  tree: CheckpointTree,
  request: PutRequest,
): Promise<CheckpointRecord> {
  const { scope, parent, checkpoint, metadata } = request;
  const [rest, packedMetadata] = await Promise.all([
    pack(serde, { ...copyCheckpoint(checkpoint), channel_values: {} }),
    pack(serde, metadata),
  ]);
  const values = await Promise.all(
    Object.keys(checkpoint.channel_values ?? {}).map((name) => placeValue(serde, tree, { request, name })),
  );
  const placed = values.filter((value) => value !== undefined);
  const own = placed.flatMap(({ name, version, value }) => (value ? [[name, version, value] as const] : []));
  // Later checkpoints may point to what an earlier put of this same checkpoint stored.
  const before = tree.data<CheckpointRecord>([...scope, checkpoint.id])?.own ?? [];
  const kept = before.filter(([name, version]) => !own.some((other) => other[0] === name && other[1] === version));
  return {
    ...(parent === undefined ? {} : { parent }),
    checkpoint: rest,
    metadata: packedMetadata,
    channels: placed.map(({ name, version, from }) => [name, version, from] as const),
    own: [...kept, ...own],
  };
}

interface PlacedValue {
  readonly name: string;
  readonly version: Version;
  readonly from: string;
  /** Present when it has to be stored. */
  readonly value?: Packed;
}

async function placeValue(
  serde: SerializerProtocol,
  tree: CheckpointTree,
  { request, name }: { readonly request: PutRequest; readonly name: string },
): Promise<PlacedValue | undefined> {
  const { scope, parent, checkpoint, newVersions } = request;
  const version = checkpoint.channel_versions?.[name] ?? null;
  const isNew = newVersions === undefined || Object.hasOwn(newVersions, name);
  const inherited = isNew || parent === undefined ? undefined : channelOf(tree, [...scope, parent], name);
  if (inherited?.[1] === version) return { name, version, from: inherited[2] };

  const value = await pack(serde, checkpoint.channel_values[name]);
  if (isNew || parent !== undefined) return { name, version, from: checkpoint.id, value };
  const from = findStored(tree, scope, [name, version, value]);
  return from === undefined ? undefined : { name, version, from };
}

function channelOf(tree: CheckpointTree, path: Path, name: string): CheckpointRecord["channels"][number] | undefined {
  return tree.data<CheckpointRecord>(path)?.channels.find((channel) => channel[0] === name);
}

/** The newest checkpoint of the namespace that stores this very value. */
function findStored(
  tree: CheckpointTree,
  scope: Path,
  [name, version, value]: CheckpointRecord["own"][number],
): string | undefined {
  for (const id of tree.children(scope)) {
    const own = tree.data<CheckpointRecord>([...scope, id])?.own ?? [];
    if (own.some((other) => other[0] === name && other[1] === version && isSamePacked(other[2], value))) return id;
  }
  return undefined;
}

/** The checkpoint that a record stands for, with all its channel values. */
export async function checkpointOf(
  serde: SerializerProtocol,
  tree: CheckpointTree,
  { scope, record }: { readonly scope: Path; readonly record: CheckpointRecord },
): Promise<Checkpoint> {
  const rest = (await unpack(serde, record.checkpoint)) as Checkpoint;
  const values = await Promise.all(
    record.channels.map(async ([name, version, from]) => {
      const own = tree.data<CheckpointRecord>([...scope, from])?.own;
      const stored = own?.find((other) => other[0] === name && other[1] === version);
      return [name, stored && (await unpack(serde, stored[2]))] as const;
    }),
  );
  return { ...rest, channel_values: Object.fromEntries(values) };
}
