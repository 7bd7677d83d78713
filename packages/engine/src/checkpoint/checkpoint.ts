import {
  CheckpointInvalidError,
  type JsonValue,
  type Limits,
  type Origin,
  type StateEntry,
  type ToolSchema,
  type TrustedValue,
} from "@car/ir";
import type { StateView } from "@car/ir/ports";

/** What the state held at one key. */
export interface SavedEntry {
  readonly key: string;
  /** Absent when a model deleted the key while a trusted value stayed behind. */
  readonly value?: JsonValue;
  readonly origin: Origin;
  readonly version: number;
  readonly trusted?: TrustedValue;
  readonly labels?: readonly string[];
}

/** The answer that a call made earlier gives to the same call from then on. */
export interface SavedReceipt {
  readonly key: string;
  readonly output: JsonValue;
  readonly writes: readonly { readonly key: string; readonly value?: JsonValue; readonly origin: Origin }[];
  /** Data-flow labels of the output. */
  readonly labels?: readonly string[];
  readonly run_id: string;
  readonly action_id: string;
  /** Milliseconds since the epoch. */
  readonly stored_at: number;
}

/** A runtime at one moment, as plain JSON. */
export interface Checkpoint {
  readonly format_version: 1;
  /** The end of the log at that moment. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** Commits of the state so far. */
  readonly state_version: number;
  readonly entries: readonly SavedEntry[];
  readonly receipts: readonly SavedReceipt[];
  readonly tools: readonly ToolSchema[];
  readonly limits: Limits;
}

/** All entries of a view, those included of which only the trusted value is left, in order of their keys. */
export function savedEntries(view: StateView): readonly SavedEntry[] {
  return unsortedEntries(view).sort((left, right) => (left.key < right.key ? -1 : 1));
}

/** As `savedEntries`, in any order: with a million keys, sorting them costs more than all the rest. */
export function unsortedEntries(view: StateView): SavedEntry[] {
  const keys = view.entryKeys?.() ?? view.keys();
  return keys.map((key) => savedEntry(key, view.entry(key)!));
}

function savedEntry(key: string, { value, origin, version, trusted, labels }: StateEntry): SavedEntry {
  // Nearly all have these four and no others, and there can be a million: nothing is spread here.
  if (value === undefined) return { key, origin, version, ...(trusted && { trusted }), ...(labels && { labels }) };
  if (trusted === undefined && labels === undefined) return { key, value, origin, version };
  return { key, value, origin, version, ...(trusted && { trusted }), ...(labels && { labels }) };
}

const ORIGINS: ReadonlySet<unknown> = new Set(["host", "tool", "model"]);

/**
 * Checks that a value has the shape of a checkpoint.
 * @throws `CheckpointInvalidError` (`CAR_CHECKPOINT_INVALID`) naming what is wrong.
 */
export function checkCheckpoint(input: unknown): Checkpoint {
  const fields = (typeof input === "object" ? input : null) as Partial<Record<keyof Checkpoint, unknown>> | null;
  if (fields === null) throw new CheckpointInvalidError("a checkpoint is an object");
  if (fields.format_version !== 1) {
    throw new CheckpointInvalidError(`the checkpoint has format_version ${String(fields.format_version)}, not 1`);
  }
  for (const name of ["entries", "receipts", "tools"] as const) {
    if (!Array.isArray(fields[name])) throw new CheckpointInvalidError(`the checkpoint has no list \`${name}\``);
  }
  if (!Number.isInteger(fields.state_version))
    throw new CheckpointInvalidError("the checkpoint has no `state_version`");
  const { seq, hash } = (fields.head ?? {}) as Partial<Checkpoint["head"]>;
  if (!Number.isInteger(seq) || typeof hash !== "string")
    throw new CheckpointInvalidError("the checkpoint has no `head`");
  const { entries } = fields as { readonly entries: readonly unknown[] };
  if (!entries.every(isEntry)) throw new CheckpointInvalidError("the checkpoint has an entry that is none");
  return input as Checkpoint;
}

function isEntry(input: unknown): boolean {
  const { key, origin, version } = (input ?? {}) as Partial<SavedEntry>;
  return typeof key === "string" && ORIGINS.has(origin) && Number.isInteger(version);
}
