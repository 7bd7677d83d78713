import { jsonEqual, type JsonValue } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { StateStore } from "@car/ir/ports";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type CheckpointListOptions,
  type CheckpointTuple,
  type SerializerProtocol,
} from "@langchain/langgraph-checkpoint";
import { configOf, placeOf, threadOf } from "./checkpoint-place.js";
import { type CheckpointRecord, recordOf } from "./checkpoint-record.js";
import { CheckpointTree, keysAbove, keysOfThread } from "./checkpoint-tree.js";
import { loadTuple, metadataOf, type Place } from "./load-tuple.js";
import { changeLocked, readTree, type TreeStore } from "./locked-change.js";
import { addWrites, type TaskWrites } from "./pending-writes.js";

/** What a saver needs to know. */
export interface CarCheckpointSaverOptions {
  /** Where checkpoints are kept. It may hold other things too, and be shared with runtimes and other savers. */
  readonly store: StateStore;
  /** Start of every key this saver writes. Savers with different prefixes see nothing of each other. Default `langgraph/`. */
  readonly prefix?: string;
  /** How values become bytes. Default: LangGraph's own way. */
  readonly serde?: SerializerProtocol;
  /** Longest wait for somebody else who writes the same thread, in milliseconds. Default 30,000. */
  readonly lockTimeoutMs?: number;
}

/** What is known of a namespace: the id of its newest checkpoint. */
interface NamespaceData {
  readonly latest: string;
}

const OPTIONS = [
  "store",
  "prefix",
  "serde",
  "lockTimeoutMs",
] as const satisfies readonly (keyof CarCheckpointSaverOptions)[];
const DEFAULT_PREFIX = "langgraph/";
const DEFAULT_LOCK_TIMEOUT_MS = 30_000;

/**
 * A LangGraph checkpoint saver over a CAR state store: give it to `graph.compile({ checkpointer })`. Writing costs the
 * same however many threads there are. The caller closes the store.
 */
export function carCheckpointSaver(options: CarCheckpointSaverOptions): BaseCheckpointSaver {
  assertKnownOptions(options, OPTIONS, "carCheckpointSaver");
  return new CarCheckpointSaver(options);
}

class CarCheckpointSaver extends BaseCheckpointSaver {
  readonly #tree: TreeStore;

  constructor({ store, prefix, serde, lockTimeoutMs }: CarCheckpointSaverOptions) {
    super(serde);
    this.#tree = {
      store,
      prefix: prefix ?? DEFAULT_PREFIX,
      lockTimeoutMs: lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS,
    };
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread, namespace, id } = placeOf(config);
    if (thread === undefined) return undefined;
    return readTree(this.#tree, async (tree) => {
      const wanted = id ?? tree.data<NamespaceData>([thread, namespace])?.latest;
      return wanted === undefined ? undefined : loadTuple(this.serde, tree, { thread, namespace, id: wanted });
    });
  }

  /** Newest first, by checkpoint id. Without a thread in `config` it looks at every key of the store. */
  override async *list(
    config: RunnableConfig,
    { limit = Infinity, before, filter = {} }: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const end = before && placeOf(before).id;
    const { store, prefix } = this.#tree;
    const view = store.view();
    try {
      const tree = new CheckpointTree(view, prefix);
      let left = limit;
      for (const place of placesOf(tree, config)) {
        if (left <= 0) return;
        if (end !== undefined && place.id >= end) continue;
        const tuple = (await this.#fits(tree, place, filter)) ? await loadTuple(this.serde, tree, place) : undefined;
        if (tuple === undefined) continue;
        left -= 1;
        yield tuple;
      }
    } finally {
      view.release?.();
    }
  }

  override async put(...args: Parameters<BaseCheckpointSaver["put"]>): Promise<RunnableConfig> {
    const [config, checkpoint, metadata, newVersions] = args;
    const place = placeOf(config);
    const thread = threadOf(place);
    const { namespace, id: parent } = place;
    const scope = [thread, namespace];
    const path = [...scope, checkpoint.id];
    await changeLocked(this.#tree, keysAbove(this.#tree.prefix, path), async (tree) => {
      tree.put(path, await recordOf(this.serde, tree, { scope, parent, checkpoint, metadata, newVersions }));
      const latest = tree.data<NamespaceData>(scope)?.latest;
      if (latest === undefined || latest < checkpoint.id) tree.put(scope, { latest: checkpoint.id });
    });
    return configOf(thread, namespace, checkpoint.id);
  }

  override async putWrites(...args: Parameters<BaseCheckpointSaver["putWrites"]>): Promise<void> {
    const [config, writes, taskId, taskPath = ""] = args;
    const place = placeOf(config);
    const thread = threadOf(place);
    if (place.id === undefined)
      throw new TypeError("the config has no `configurable.checkpoint_id` to write on top of");
    const path = [thread, place.namespace, place.id, taskId];
    await changeLocked(this.#tree, keysAbove(this.#tree.prefix, path), async (tree) => {
      tree.put(path, await addWrites(this.serde, tree.data<TaskWrites>(path), { writes, taskPath }));
    });
  }

  override async deleteThread(threadId: string): Promise<void> {
    const thread = threadOf(placeOf({ configurable: { thread_id: threadId } }));
    await changeLocked(this.#tree, keysOfThread(this.#tree.prefix, thread), (tree) => tree.removeThread(thread));
  }

  async #fits(tree: CheckpointTree, place: Place, filter: Readonly<Record<string, unknown>>): Promise<boolean> {
    const wanted = Object.entries(filter);
    const record = tree.data<CheckpointRecord>([place.thread, place.namespace, place.id]);
    if (record === undefined) return false;
    if (wanted.length === 0) return true;
    const metadata = new Map<string, unknown>(Object.entries(await metadataOf(this.serde, record)));
    return wanted.every(([key, value]) => jsonEqual(metadata.get(key) as JsonValue, value as JsonValue));
  }
}

/** The checkpoints that a config covers, newest first. */
function placesOf(tree: CheckpointTree, config: RunnableConfig): readonly Place[] {
  const { thread: onlyThread, id: onlyId } = placeOf(config);
  const onlyNamespace: unknown = config.configurable?.["checkpoint_ns"];
  const threads = onlyThread === undefined ? tree.threads() : [onlyThread];
  const places = threads
    .flatMap((thread) => [...tree.children([thread])].map((namespace) => ({ thread, namespace })))
    .filter(({ namespace }) => onlyNamespace === undefined || namespace === onlyNamespace)
    .flatMap((scope) => [...tree.children([scope.thread, scope.namespace])].map((id) => ({ ...scope, id })))
    .filter(({ id }) => onlyId === undefined || id === onlyId);
  return places.sort((left, right) => (left.id < right.id ? 1 : left.id > right.id ? -1 : 0));
}
