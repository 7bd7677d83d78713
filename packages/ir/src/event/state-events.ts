import type { JsonValue } from "../json/json-value.js";
import type { Reason } from "../result/reason.js";
import type { Origin, TrustedValue } from "../state/state-entry.js";

/** One key's change. */
export type Transition = {
  /** The state key. */
  readonly key: string;
  /** The new value; absent when the key was deleted. */
  readonly value?: JsonValue;
  /** Who stands for it. */
  readonly origin: Origin;
  /** Data-flow labels of the value; absent when it has none. */
  readonly labels?: readonly string[];
};

/** Payload of `state_changed`. */
export type StateChangedData = {
  /** In the order in which they were made; a later one of the same key wins. */
  readonly changes: readonly Transition[];
};

/** What the state held at one key. */
export type SnapshotEntry = {
  /** The state key. */
  readonly key: string;
  /** The newest value; absent when a model deleted the key while a trusted value stayed behind. */
  readonly value?: JsonValue;
  /** Who stands for it. */
  readonly origin: Origin;
  /** The commit at which the key last changed. */
  readonly version: number;
  /** Only beside a model's value: the trusted value under it. */
  readonly trusted?: TrustedValue;
  /** Data-flow labels of the value; absent when it has none. */
  readonly labels?: readonly string[];
};

/** Payload of `state_snapshot`. */
export type StateSnapshotData = {
  /** Every key, in no particular order. */
  readonly entries: readonly SnapshotEntry[];
  /** Count of commits so far. */
  readonly version: number;
};

/** Payload of `state_rollback`. */
export type StateRollbackData = {
  /** The run's own keys whose changes were dropped. */
  readonly keys: readonly string[];
  /** What the run was given up for. */
  readonly cause?: Reason;
};

/** Payload of `checkpoint_saved`: how much was in it. */
export type CheckpointSavedData = {
  /** Commits of the state so far. */
  readonly state_version: number;
  /** Number of keys. */
  readonly entries: number;
  /** Number of receipts. */
  readonly receipts: number;
};

/** Payload of `checkpoint_restored`. */
export type CheckpointRestoredData = {
  /** The end of the log from which the checkpoint was taken. */
  readonly source: { readonly seq: number; readonly hash: string };
  /** Version that the state had there. */
  readonly state_version: number;
  /** Names of tools that were not the same when the checkpoint was taken, sorted. */
  readonly changed_tools: readonly string[];
};
