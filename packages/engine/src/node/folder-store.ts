import type { SegmentEventLog } from "@car/eventlog/node";
import type { ApprovalStore, EventLog, StateStore } from "@car/ir/ports";
import { jsonlApprovalStore } from "@car/approvals/node";
import type { DurableParts } from "../recovery/durable-parts.js";
import { LeftRuns } from "../recovery/left-runs.js";
import { DurableLog } from "./durable-log.js";
import { DurableState } from "./durable-state.js";
import type { DurableStore, OpenedStore } from "./durable-store.js";
import type { GivenUpRuns } from "./given-up-runs.js";
import type { RunLedger } from "./run-ledger.js";
import type { SnapshotFolder } from "./snapshot-folder.js";

/** What the log of a store added up to when it was opened. */
export interface LoadedStore {
  readonly store: StateStore;
  readonly ledger: RunLedger;
  /** Events that were read for it. */
  readonly replayed: number;
}

/** What a store is made of. */
export interface StoreParts extends LoadedStore {
  readonly dir: string;
  readonly log: SegmentEventLog;
  readonly snapshots: SnapshotFolder;
  readonly givenUp: GivenUpRuns;
  readonly opened: OpenedStore;
  readonly snapshotEvery: number;
  readonly onError: ((error: unknown) => void) | undefined;
}

/** A store in a folder that this process has. */
export class FolderStore implements DurableStore {
  readonly state: StateStore;
  readonly eventLog: EventLog;
  readonly segments: SegmentEventLog;
  readonly opened: OpenedStore;
  readonly unfinished: DurableParts["unfinished"];
  readonly receipts: DurableParts["receipts"];
  readonly givenUp: DurableParts["givenUp"];
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
    this.givenUp = parts.givenUp.earlier;
    this.dueAt = this.version() + parts.snapshotEvery;
    this.eventLog = new DurableLog(parts.log, parts.ledger, () => this.afterRun());
  }

  get approvals(): ApprovalStore {
    return (this.approvalStore ??= jsonlApprovalStore({ path: `${this.parts.dir}/approvals.jsonl` }));
  }

  giveUp(runId: string): Promise<boolean> {
    return this.parts.givenUp.add(runId);
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
    try {
      this.parts.givenUp.close();
    } finally {
      await this.parts.log.close();
    }
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
