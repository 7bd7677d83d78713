import {
  CheckpointInvalidError,
  type JsonValue,
  LazyPayload,
  type Limits,
  type Origin,
  type StateEntry,
  type StateSnapshotData,
  type ToolSchema,
  type TrustedValue,
} from "@car/ir";
import { memoryBytes, stateEntryProblem } from "@car/ir/internal";
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
  return new StateSnapshot(view).make().entries.toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

/** The payload that tells the state whole. With a million keys it costs more than all else of an opening, and few read it. */
export class StateSnapshot extends LazyPayload<StateSnapshotData> {
  private readonly version: number;
  private readonly keys: readonly string[];
  private readonly entries: readonly StateEntry[];

  constructor(view: StateView) {
    super();
    this.version = view.version;
    this.keys = view.entryKeys?.() ?? view.keys();
    this.entries = view.entryValues?.() ?? this.keys.map((key) => view.entry(key)!);
  }

  get bytes(): number {
    return memoryBytes(this.entries);
  }

  make(): StateSnapshotData {
    const entries = this.keys.map((key, place) => savedEntry(key, this.entries[place]!));
    return { entries, version: this.version };
  }
}

function savedEntry(key: string, { value, origin, version, trusted, labels }: StateEntry): SavedEntry {
  // Nearly all have these four and no others, and there can be a million: nothing is spread here.
  if (value === undefined) return { key, origin, version, ...(trusted && { trusted }), ...(labels && { labels }) };
  if (trusted === undefined && labels === undefined) return { key, value, origin, version };
  return { key, value, origin, version, ...(trusted && { trusted }), ...(labels && { labels }) };
}

/**
 * Checks that a value has the shape of a checkpoint.
 * @throws `CheckpointInvalidError` (`CAR_CHECKPOINT_INVALID`) naming what is wrong, and where.
 */
export function checkCheckpoint(input: unknown): Checkpoint {
  const problem = problemOf(input);
  if (problem !== undefined) throw new CheckpointInvalidError(`the checkpoint ${problem}`);
  return input as Checkpoint;
}

function problemOf(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return "is no object";
  const { format_version, entries, receipts, tools, limits, state_version, head } = input as Record<string, unknown>;
  if (format_version !== 1) return `has format_version ${String(format_version)}, not 1`;
  if (!isCount(state_version)) return "has no `state_version`";
  const { seq, hash } = (head ?? {}) as Partial<Checkpoint["head"]>;
  if (!isCount(seq) || typeof hash !== "string") return "has no `head`";
  if (!isObject(limits)) return "has no `limits`";
  return (
    problemIn("entries", entries, entryProblem) ??
    problemIn("receipts", receipts, receiptProblem) ??
    problemIn("tools", tools, (tool) => (typeof tool["name"] === "string" ? undefined : "it has no `name`"))
  );
}

type Fields = Readonly<Record<string, unknown>>;

function problemIn(name: string, list: unknown, problem: (item: Fields) => string | undefined): string | undefined {
  if (!Array.isArray(list)) return `has no list \`${name}\``;
  for (const [index, item] of (list as unknown[]).entries()) {
    const found = isObject(item) ? problem(item) : "it is no object";
    if (found === undefined) continue;
    const { key } = (item ?? {}) as { readonly key?: unknown };
    const named = typeof key === "string" ? `, key \`${key}\`` : "";
    return `has in \`${name}[${index}]\`${named} what is none: ${found}`;
  }
  return undefined;
}

function entryProblem(entry: Fields): string | undefined {
  return typeof entry["key"] === "string" ? stateEntryProblem(entry) : "it has no `key`";
}

/** What keeps JSON that was stored from being a receipt. */
export function receiptProblem({
  key,
  output,
  writes,
  labels,
  run_id,
  action_id,
  stored_at,
}: Fields): string | undefined {
  if (![key, run_id, action_id].every((id) => typeof id === "string"))
    return "it has no `key`, `run_id` or `action_id`";
  if (output === undefined) return "it has no `output`";
  if (typeof stored_at !== "number") return "it has no `stored_at`";
  if (!Array.isArray(writes)) return "it has no `writes`";
  const written = (writes as unknown[]).map((write) =>
    isObject(write) ? entryProblem({ ...write, version: 0 }) : "it is no object",
  );
  return (
    written.find((problem) => problem !== undefined) ??
    stateEntryProblem({ origin: "tool", version: 0, ...(labels === undefined ? {} : { labels }) })
  );
}

function isCount(input: unknown): boolean {
  return Number.isSafeInteger(input) && Number(input) >= 0;
}

function isObject(input: unknown): input is Fields {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
