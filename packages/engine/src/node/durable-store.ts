import * as nodeFs from "node:fs";
import { replayState } from "@car/eventlog";
import {
  type LogDurability,
  type LogFolderSystem,
  type OpenedLog,
  readLog,
  type SegmentEventLog,
} from "@car/eventlog/node";
import { CarError, type CarEvent, ConfigInvalidError, DEFAULT_LIMITS, LogWriteError } from "@car/ir";
import type { ApprovalStore, EventLog, StateStore } from "@car/ir/ports";
import { jsonlApprovalStore } from "@car/policy/node";
import { restoredStateStore } from "@car/state";
import type { DurableParts } from "../recovery/durable-parts.js";
import { LeftRuns } from "../recovery/left-runs.js";
import { DurableLog } from "./durable-log.js";
import { DurableState } from "./durable-state.js";
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
  readonly fs?: LogFolderSystem;
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

/**
 * Opens a folder that keeps a runtime's state, log and receipts. The log is the truth; snapshots of the state bound
 * the time that opening takes. The folder may be copied at any time, and the copy opened.
 * @throws (as rejections) `LogLockedError` while another process has the folder, `LogCorruptError` when it is damaged,
 * `LogWriteError` when it cannot be written.
 */
export async function durableStore(options: DurableStoreOptions): Promise<DurableStore> {
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
    const opened: OpenedStore = {
      ...log.opened,
      snapshotSeq: snapshot?.head.seq ?? 0,
      replayed: loaded.replayed,
      unfinishedRuns: loaded.ledger.openRuns,
      isCopy: copied,
    };
    return new FolderStore({ dir, log, snapshots, opened, snapshotEvery, ...loaded, onError: options.onError });
  } catch (error) {
    await log.close().catch(() => undefined);
    throw error;
  }
}

interface Loaded {
  readonly store: StateStore;
  readonly ledger: RunLedger;
  readonly replayed: number;
}

/** Rebuilds the state in one pass over the events that the snapshot does not cover. */
async function load(log: SegmentEventLog, snapshot: Snapshot | undefined, maxReceipts: number): Promise<Loaded> {
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

interface StoreParts extends Loaded {
  readonly dir: string;
  readonly log: SegmentEventLog;
  readonly snapshots: SnapshotFolder;
  readonly opened: OpenedStore;
  readonly snapshotEvery: number;
  readonly onError: ((error: unknown) => void) | undefined;
}

class FolderStore implements DurableStore {
  readonly state: StateStore;
  readonly eventLog: EventLog;
  readonly segments: SegmentEventLog;
  readonly opened: OpenedStore;
  readonly unfinished: DurableParts["unfinished"];
  readonly receipts: DurableParts["receipts"];

  giveUp(): boolean {
    return false;
  }

  private readonly parts: StoreParts;
  /** State version of the last snapshot, and the one from which the next is due. */
  private dueAt: number;
  private approvalStore: ApprovalStore | undefined = undefined;
  private writing: Promise<void> | undefined = undefined;

  constructor(parts: StoreParts) {
    this.parts = parts;
    this.opened = parts.opened;
    this.segments = parts.log;
    this.state = new DurableState(parts.store);
    this.unfinished = new LeftRuns(parts.ledger.openFrom);
    this.receipts = parts.ledger.receipts();
    this.dueAt = this.version() + parts.snapshotEvery;
    this.eventLog = new DurableLog(parts.log, parts.ledger, () => this.afterRun());
  }

  get approvals(): ApprovalStore {
    return (this.approvalStore ??= jsonlApprovalStore({ path: `${this.parts.dir}/approvals.jsonl` }));
  }

  snapshot(): Promise<void> {
    return (this.writing ??= this.write().finally(() => (this.writing = undefined)));
  }

  async compact(): Promise<void> {
    await this.snapshot();
    const { snapshots, ledger, log } = this.parts;
    // An older snapshot that is kept is of use only with the events that follow it.
    const needed = Math.min(ledger.openFrom ?? Infinity, snapshots.neededFrom() ?? 1);
    await log.dropBefore(needed);
  }

  async close(): Promise<void> {
    await this.writing?.catch(() => undefined);
    await this.parts.log.close();
    await this.state.close();
  }

  /** A run's changes are in the state before its end is in the log, so right after that both say the same. */
  private afterRun(): void {
    if (this.writing !== undefined || this.version() < this.dueAt) return;
    this.snapshot().catch((error: unknown) => this.parts.onError?.(error));
  }

  private version(): number {
    const view = this.parts.store.view();
    const { version } = view;
    view.release?.();
    return version;
  }

  /** Everything that must belong together is taken before the first wait. */
  private async write(): Promise<void> {
    const { store, ledger, log, snapshots, snapshotEvery } = this.parts;
    const view = store.view();
    const keys = view.entryKeys?.() ?? view.keys();
    const receipts = ledger.receipts();
    const { openFrom } = ledger;
    const head = log.head();
    this.dueAt = view.version + Math.max(snapshotEvery, keys.length);
    try {
      const counts = { entries: keys.length, receipts: receipts.length };
      const header = { head: await head, version: view.version, openFrom, ...counts };
      // What a snapshot has, the log must have first; where a flush writes nothing, reading does.
      log.read();
      await log.flush();
      await snapshots.write({ header, keys, view, receipts });
    } finally {
      view.release?.();
    }
  }
}

/** The events of a durable store's folder, also while a process writes it. */
export function readDurableLog(dir: string): AsyncIterable<CarEvent> {
  return readLog(`${dir}/log`);
}
