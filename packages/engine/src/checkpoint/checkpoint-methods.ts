import {
  type CheckpointRestoredData,
  jsonEqual,
  type JsonObject,
  RuntimeBusyError,
  type SnapshotEntry,
  type StateEntry,
} from "@car/ir";
import { copyJson } from "@car/ir/internal";
import type { Lease, StateStore } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RecordedAnswer } from "../reuse/recorded-answer.js";
import type { Host } from "../run/host.js";
import type { Runtime } from "../runtime.js";
import { type Checkpoint, checkCheckpoint, savedEntries, type SavedReceipt } from "./checkpoint.js";

/** The parts of a runtime that a checkpoint is about. */
export interface CheckpointPlace extends Pick<Host, "store" | "recorder" | "receipts" | "clock"> {
  /** The configuration as it is now. */
  readonly config: () => ConfigSnapshot;
}

/** What a runtime can do with checkpoints. `assertIdle` throws while nothing may be restored. */
export function checkpointMethods(
  place: CheckpointPlace,
  assertIdle: () => void,
): Pick<Runtime, "checkpoint" | "restore"> {
  return {
    checkpoint: () => takeCheckpoint(place),
    async restore(checkpoint) {
      assertIdle();
      await restoreCheckpoint(place, checkpoint);
    },
  };
}

/** Takes everything of one moment before the first wait. */
async function takeCheckpoint(place: CheckpointPlace): Promise<Checkpoint> {
  const { store, recorder, receipts, clock } = place;
  const config = place.config();
  const view = store.view();
  const entries = savedEntries(view);
  const { version } = view;
  view.release?.();
  const saved = receipts.published().map(({ key, value, storedAt }) => savedReceipt(key, value, storedAt));
  const counts = { entries: entries.length, receipts: saved.length };
  recorder.recordOutside("checkpoint_saved", clock.now(), { state_version: version, ...counts });
  const head = await recorder.log.head();
  await recorder.log.flush();
  return {
    format_version: 1,
    head: { seq: head.seq, hash: head.hash },
    state_version: version,
    entries,
    receipts: saved,
    tools: [...config.tools.values()].map(({ schema }) => schema),
    limits: config.limits,
  };
}

/** Puts a checkpoint in the place of what is there. The log has it before the store does. */
async function restoreCheckpoint(place: CheckpointPlace, input: unknown): Promise<void> {
  const checkpoint = checkCheckpoint(copyJson(input, { maxDepth: 512, maxBytes: Number.POSITIVE_INFINITY }));
  const lease = wholeStore(place.store);
  try {
    await replaceState(place, checkpoint);
    replaceReceipts(place, checkpoint.receipts);
  } finally {
    lease.release();
  }
}

/** Nobody else may hold anything: a run of another runtime on the same store is in the way too. */
function wholeStore(store: StateStore): Lease {
  const answer = store.acquire({ owner: {}, reads: [], writes: ["*"] });
  if (!("lease" in answer)) return answer;
  answer.lease.catch(() => undefined);
  answer.cancel();
  throw new RuntimeBusyError("the state store is locked by a run, so nothing can be restored");
}

async function replaceState(place: CheckpointPlace, checkpoint: Checkpoint): Promise<void> {
  const { store, recorder, clock } = place;
  const view = store.view();
  const next = view.version + 1;
  const present = view.entryKeys?.() ?? view.keys();
  view.release?.();
  const entries = new Map<string, StateEntry | undefined>(present.map((key) => [key, undefined]));
  for (const { key, value, ...entry } of checkpoint.entries) {
    // A version that this store has not reached yet would come again for another value.
    entries.set(key, { ...entry, value, version: entry.version < next ? entry.version : next });
  }
  const kept = [...entries].flatMap(([key, entry]) => (entry === undefined ? [] : [plainEntry(key, entry)]));
  recorder.recordOutside("checkpoint_restored", clock.now(), restoredData(place.config(), checkpoint));
  recorder.recordOutside("state_snapshot", clock.now(), { entries: kept, version: next });
  await store.commit({ entries });
  await recorder.log.flush();
}

function plainEntry(key: string, { value, ...entry }: StateEntry): SnapshotEntry {
  return value === undefined ? { key, ...entry } : { key, value, ...entry };
}

function restoredData(
  { tools }: ConfigSnapshot,
  { head, state_version, tools: then }: Checkpoint,
): CheckpointRestoredData {
  const before = new Map(then.map((schema) => [schema.name, schema]));
  const names = [...new Set([...before.keys(), ...tools.keys()])].sort();
  const isSame = (name: string): boolean => {
    const [left, right] = [before.get(name), tools.get(name)?.schema];
    return jsonEqual(left as unknown as JsonObject | undefined, right as unknown as JsonObject | undefined);
  };
  return { source: head, state_version, changed_tools: names.filter((name) => !isSame(name)) };
}

function replaceReceipts({ receipts }: CheckpointPlace, saved: readonly SavedReceipt[]): void {
  receipts.clear();
  for (const { key, output, labels, writes, run_id: runId, action_id: actionId, stored_at: storedAt } of saved) {
    const answer: RecordedAnswer = {
      output,
      ...(labels === undefined ? {} : { labels }),
      writes: writes.map(({ key: name, value, origin }) => ({ key: name, write: { value, origin } })),
      runId,
      actionId,
    };
    receipts.restore(key, answer, { storedAt });
  }
}

function savedReceipt(
  key: string,
  { output, labels, writes, runId, actionId }: RecordedAnswer,
  storedAt: number,
): SavedReceipt {
  const written = writes.map(({ key: name, write: { value, origin } }) =>
    value === undefined ? { key: name, origin } : { key: name, value, origin },
  );
  const saved = { key, output, writes: written, run_id: runId, action_id: actionId, stored_at: storedAt };
  return labels === undefined || labels.length === 0 ? saved : { ...saved, labels };
}
