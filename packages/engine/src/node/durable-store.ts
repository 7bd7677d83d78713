import * as nodeFs from "node:fs";
import type { FolderSystem } from "@car/files";
import { replayState } from "@car/eventlog";
import { type LogDurability, type OpenedLog, readLog, type SegmentEventLog } from "@car/eventlog/node";
import { CarError, type CarEvent, ConfigInvalidError, DEFAULT_LIMITS, LogWriteError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { ApprovalStore } from "@car/ir/ports";
import { restoredStateStore } from "@car/state";
import type { DurableParts } from "../recovery/durable-parts.js";
import { FolderStore, type LoadedStore } from "./folder-store.js";
import { GivenUpRuns } from "./given-up-runs.js";
import { isCopy, markPlace } from "./place-mark.js";
import { RunLedger } from "./run-ledger.js";
import type { Snapshot } from "./snapshot-file.js";
import { openLog } from "./open-log.js";
import { SnapshotFolder } from "./snapshot-folder.js";

/** Where a durable store is kept and how. */
export interface DurableStoreOptions {
  /** The folder; made, readable by its owner only, when it does not exist. */
  readonly dir: string;
  /** What a flush of the log waits for; see `LogDurability`. Default `action`. */
  readonly durability?: LogDurability;
  /** Commits between two snapshots, at least; never fewer than the state has keys. Default 1,000. */
  readonly snapshotEvery?: number;
  /** Most receipts that are kept. Default: the default of `limits.max_receipts`. */
  readonly maxReceipts?: number;
  /** Bytes after which a segment of the log is closed. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** A process that has not renewed its claim on the folder for so long is taken for dead. Default 10 s. */
  readonly leaseMs?: number;
  /** Told when the log stops taking events, or a snapshot cannot be written; must not throw. */
  readonly onError?: (error: unknown) => void;
  /** For tests of failures. Default `node:fs`. */
  readonly fs?: FolderSystem;
}

/** What opening a store found. */
export interface OpenedStore extends OpenedLog {
  /** The last event that the snapshot which was used has in it; 0 without one. */
  readonly snapshotSeq: number;
  /** Events that were read to get from there to the end. */
  readonly replayed: number;
  /** Runs that an earlier process did not finish; `runtime.recover()` takes them up. */
  readonly unfinishedRuns: number;
  /** The folder was copied from another one, perhaps while that one was written. */
  readonly isCopy: boolean;
}

/** State, log and receipts in one folder. Give it to a runtime as `durable`. */
export interface DurableStore extends DurableParts {
  readonly opened: OpenedStore;
  /** Requests for approval and their answers, in the same folder; for `createRuntime({ approvals })`. Its file is made when this is first read. */
  readonly approvals: ApprovalStore;
  /** The log itself, with what only a log of segments can do. */
  readonly segments: SegmentEventLog;
  /** Writes a snapshot now. Resolves when it is on the disk. */
  snapshot(): Promise<void>;
  /** Writes a snapshot and deletes the segments that neither the kept snapshots nor open runs need. */
  compact(): Promise<void>;
  /** Flushes and frees. Close the runtimes first. */
  close(): Promise<void>;
}

const SNAPSHOT_EVERY = 1_000;
const OPTIONS = [
  "dir",
  "durability",
  "snapshotEvery",
  "maxReceipts",
  "segmentBytes",
  "leaseMs",
  "onError",
  "fs",
] as const satisfies readonly (keyof DurableStoreOptions)[];

/**
 * Opens a folder that keeps a runtime's state, log and receipts. The log is the truth; snapshots of the state bound
 * the time that opening takes. The folder may be copied at any time, and the copy opened.
 * @throws (as rejections) `LogLockedError` while another process has the folder, `LogCorruptError` when it is damaged,
 * `LogWriteError` when it cannot be written.
 */
export async function durableStore(options: DurableStoreOptions): Promise<DurableStore> {
  assertKnownOptions(options, OPTIONS, "durableStore");
  if (!((options.snapshotEvery ?? SNAPSHOT_EVERY) >= 1))
    throw new ConfigInvalidError("snapshotEvery must be at least 1");
  try {
    return await openStore(options);
  } catch (cause) {
    if (CarError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LogWriteError(`the store \`${options.dir}\` cannot be opened: ${reason}`, { cause });
  }
}

async function openStore(options: DurableStoreOptions): Promise<DurableStore> {
  const { dir, fs = nodeFs, snapshotEvery = SNAPSHOT_EVERY } = options;
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const copied = isCopy(fs, dir);
  const snapshots = new SnapshotFolder(fs, `${dir}/snapshots`);
  const { log, snapshot } = openLog({ ...options, fs }, { snapshots, isCopy: copied });
  try {
    const loaded = await load(log, snapshot, options.maxReceipts ?? DEFAULT_LIMITS.max_receipts);
    snapshots.removeUnfinished();
    snapshots.removeAfter(snapshot?.head.seq ?? 0);
    markPlace(fs, dir);
    const place = { fs, path: `${dir}/given-up`, log };
    const givenUp = new GivenUpRuns(place, (runId) => loaded.ledger.isOpen(runId));
    const opened: OpenedStore = {
      ...log.opened,
      snapshotSeq: snapshot?.head.seq ?? 0,
      replayed: loaded.replayed,
      unfinishedRuns: loaded.ledger.openRuns,
      isCopy: copied,
    };
    return new FolderStore({
      dir,
      log,
      snapshots,
      opened,
      snapshotEvery,
      ...loaded,
      givenUp,
      onError: options.onError,
    });
  } catch (error) {
    await log.close().catch(() => undefined);
    throw error;
  }
}

/** Rebuilds the state in one pass over the events that the snapshot does not cover. */
async function load(log: SegmentEventLog, snapshot: Snapshot | undefined, maxReceipts: number): Promise<LoadedStore> {
  const ledger = new RunLedger(maxReceipts, snapshot?.receipts);
  const through = snapshot?.head.seq ?? 0;
  let replayed = 0;
  const follow = async function* (): AsyncGenerator<CarEvent> {
    for await (const event of log.read({ from: snapshot?.openFrom ?? through + 1 })) {
      replayed++;
      ledger.read(event, event.seq > through);
      yield event;
    }
  };
  const base = snapshot && { entries: snapshot.entries, version: snapshot.version, through };
  const state = await replayState(follow(), base);
  const store = restoredStateStore({ version: state.version, entries: state.entries() });
  return { store, ledger, replayed };
}

/** The events of a durable store's folder, also while a process writes it. */
export function readDurableLog(dir: string): AsyncIterable<CarEvent> {
  return readLog(`${dir}/log`);
}
