import type { RunnableConfig } from "@langchain/core/runnables";
import { getCheckpointId } from "@langchain/langgraph-checkpoint";

/** Where a LangGraph config points. */
export interface CheckpointPlace {
  /** Absent when the config names no thread. */
  readonly thread: string | undefined;
  /** The graph's own checkpoints have the empty namespace; each subgraph has its own. */
  readonly namespace: string;
  /** Absent when the newest one is meant. */
  readonly id: string | undefined;
}

/** @throws `TypeError` when a part is there and is no text, or the thread is empty. */
export function placeOf(config: RunnableConfig): CheckpointPlace {
  const { thread_id: thread, checkpoint_ns: namespace } = config.configurable ?? {};
  const id: unknown = getCheckpointId(config);
  requireText("thread_id", thread);
  requireText("checkpoint_ns", namespace);
  requireText("checkpoint_id", id);
  if (thread === "") throw new TypeError("`thread_id` is empty");
  return { thread, namespace: namespace ?? "", id: id === "" ? undefined : id };
}

/** The thread of a place that is written to. */
export function threadOf({ thread }: CheckpointPlace): string {
  if (thread !== undefined) return thread;
  throw new TypeError("the config has no `configurable.thread_id`, which says what thread a checkpoint belongs to");
}

export function configOf(thread_id: string, checkpoint_ns: string, checkpoint_id: string): RunnableConfig {
  return { configurable: { thread_id, checkpoint_ns, checkpoint_id } };
}

function requireText(name: string, value: unknown): asserts value is string | undefined {
  if (value !== undefined && typeof value !== "string") {
    throw new TypeError(`\`${name}\` is ${value === null ? "null" : typeof value}, it must be a string`);
  }
}
