import * as nodeFs from "node:fs";
import type { ClaimOwner } from "@car/files";
import type { CarEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { EventDraft, EventLog, FlushReason, LogHead, ReadOptions } from "@car/ir/ports";
import type { HeadSigner } from "../../chain/head-signature.js";
import { redactEvents } from "../../redact/redact-events.js";
import { orRefused, refused } from "../log-write-error.js";
import { nodeSha256 } from "../node-sha256.js";
import { SealingQueue } from "../sealing-queue.js";
import { checkOpening } from "./check-opening.js";
import { dropSegments } from "./drop-segments.js";
import { forgetPayloads } from "./forget-payloads.js";
import { GroupCommit } from "./group-commit.js";
import { claimLog, type LogClaim } from "./log-claim.js";
import type { LogFolder } from "./log-folder.js";
import { numbersOf, type SegmentEventLogOptions } from "./options.js";
import { eventsOf } from "./read-segments.js";
import { readChain } from "./segment-chain.js";
import { removeUnfinished } from "./remove-unfinished.js";
import { SegmentWriter } from "./segment-writer.js";

/** What opening a log found. */
export interface OpenedLog {
  /** Number of this opening; higher than that of any before. */
  readonly epoch: number;
  /** The end of the log at that time. */
  readonly head: LogHead;
  /** The last event that was dropped; absent when the log has its first. `verifyChain(..., { after })` starts from it. */
  readonly dropped: LogHead | undefined;
  /** Bytes of a write that had been cut off, and that are left out from now on; 0 after an orderly end. */
  readonly recovered: number;
  /** Who had the log before and did not close it. */
  readonly tookOver: ClaimOwner | undefined;
}

/** An event log in a folder of JSONL segments, with one writer at a time. */
export interface SegmentEventLog extends EventLog {
  readonly opened: OpenedLog;
  /**
   * Deletes whole segments all of whose events are before `seq`, with their payloads. Their heads stay, signed when
   * there is a signer, so that the rest still verifies: `verifyChain(log.read(), { after })`.
   * @returns the last event that was dropped, now or earlier.
   */
  dropBefore(seq: number, options?: { readonly sign?: HeadSigner }): Promise<LogHead | undefined>;
  /**
   * Erases payloads, of one event or of those that `which` picks; the events and the chain stay. An equal payload in
   * the same segment that lies in a file goes with it. Rewrites each segment concerned, so it takes its time.
   * @returns how many payloads were erased.
   */
  forget(which: number | ((event: CarEvent) => boolean)): Promise<number>;
  /**
   * For what is kept beside the log: whoever takes the log over later sees everything that was synced before a call that
   * did not throw.
   * @throws `LogFencedError` when another process has taken the log over.
   */
  assertOwner(): void;
}

/**
 * Keeps events in a folder, in segments of JSONL. Appending only queues; a flush writes, and one sync serves everybody
 * who waits at that moment. The folder may be copied at any time, and the copy opened.
 *
 * The log belongs to one process. A second one is refused while the first lives; it takes over from one that is dead or
 * has not renewed its claim for `leaseMs`, and from then on nothing is confirmed to the first any more.
 * @throws `LogLockedError` while another process has the log, `LogCorruptError` for any damage but a write that was cut
 * off at the very end, `LogWriteError` when the folder refuses.
 */
export function segmentEventLog(options: SegmentEventLogOptions): SegmentEventLog {
  const { dir, fs = nodeFs, durability = "action" } = options;
  const numbers = numbersOf(options);
  const folder: LogFolder = { path: dir, fs, fsync: durability !== "none" };
  return orRefused(dir, "its opening", () => {
    const claim = claimLog(folder, numbers.leaseMs);
    try {
      removeUnfinished(folder);
      const chain = readChain(folder);
      const log = checkOpening(folder, chain, options);
      const { epoch, tookOver } = claim;
      const opened = { epoch, head: log.head, dropped: chain.dropped, recovered: log.cutBytes, tookOver };
      const writer = new SegmentWriter(folder, log, { ...numbers, epoch });
      return new FolderEventLog({ ...options, ...numbers, durability }, { folder, claim, writer, opened });
    } catch (error) {
      claim.release();
      throw error;
    }
  });
}

/** What a log works with. */
export interface LogParts {
  readonly folder: LogFolder;
  readonly claim: LogClaim;
  readonly writer: SegmentWriter;
  readonly opened: OpenedLog;
}

type Settings = SegmentEventLogOptions & Required<Pick<SegmentEventLogOptions, "durability" | "bufferBytes">>;

class FolderEventLog implements SegmentEventLog {
  readonly supports: EventLog["supports"];
  readonly opened: OpenedLog;
  private readonly settings: Settings;
  private readonly parts: LogParts;
  private readonly queue: SealingQueue;
  /** Rounds that end with the operating system having the events, and with the disk having them. */
  private readonly writes: GroupCommit;
  private readonly commits: GroupCommit;
  private dropped: LogHead | undefined;

  constructor(settings: Settings, parts: LogParts) {
    this.settings = settings;
    this.parts = parts;
    this.opened = parts.opened;
    this.dropped = parts.opened.dropped;
    this.supports = { durable: settings.durability !== "none" };
    this.queue = new SealingQueue(parts.writer, settings);
    const lastSeq = (): number => this.queue.lastSeq;
    this.writes = new GroupCommit({ lastSeq, commit: () => this.writeAhead() });
    this.commits = new GroupCommit({ lastSeq, commit: () => this.commit() });
  }

  append(draft: EventDraft): number {
    return this.queue.append(draft);
  }

  flush(reason: FlushReason = "commit"): Promise<void> | undefined {
    const { durability } = this.settings;
    this.queue.assertTaking();
    if (durability === "none") return undefined;
    return durability === "commit" && reason === "action" ? this.writes.join() : this.commits.join();
  }

  read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
    assertKnownOptions(options, ["from", "to"], "read");
    if (!this.queue.hasFailed) this.queue.writeAll();
    const { folder, writer } = this.parts;
    const { redact } = this.settings;
    const events = eventsOf(folder, writer.segments, options);
    return redact === undefined ? events : redactEvents(events, { sha256: nodeSha256, ...redact });
  }

  async head(): Promise<LogHead> {
    return this.queue.head();
  }

  async dropBefore(seq: number, options: { readonly sign?: HeadSigner } = {}): Promise<LogHead | undefined> {
    assertKnownOptions(options, ["sign"], "dropBefore");
    this.dropped = (await dropSegments(this.parts, seq, options.sign)) ?? this.dropped;
    return this.dropped;
  }

  async forget(which: number | ((event: CarEvent) => boolean)): Promise<number> {
    this.queue.writeAll();
    // A file is not closed while a sync of it is under way.
    await this.commits.idle();
    this.queue.writeAll();
    return forgetPayloads(this.parts, which);
  }

  assertOwner(): void {
    this.parts.claim.check();
  }

  async close(): Promise<void> {
    if (!this.queue.close()) return;
    try {
      if (!this.queue.hasFailed) await this.lastFlush();
    } finally {
      await this.commits.idle();
      try {
        this.parts.writer.close();
      } finally {
        this.parts.claim.release();
      }
    }
  }

  private async lastFlush(): Promise<void> {
    if (this.settings.durability === "none") this.queue.writeAll();
    else await this.flush();
  }

  private async writeAhead(): Promise<void> {
    this.queue.writeAll();
    this.queue.attempt(() => this.parts.claim.check());
  }

  private async commit(): Promise<void> {
    this.queue.writeAll();
    const { writer, claim, folder } = this.parts;
    try {
      await writer.sync();
    } catch (cause) {
      throw this.queue.fail(refused(folder.path, "to sync", cause));
    }
    this.queue.attempt(() => claim.check());
  }
}
