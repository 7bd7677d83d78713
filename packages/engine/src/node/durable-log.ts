import type { SegmentEventLog } from "@car/eventlog/node";
import type { CarEvent } from "@car/ir";
import type { EventDraft, EventLog, FlushReason, LogHead, ReadOptions } from "@car/ir/ports";
import type { RunLedger } from "./run-ledger.js";

/** A log that tells the store it belongs to what passes through it. */
export class DurableLog implements EventLog {
  readonly supports: EventLog["supports"];
  private readonly log: SegmentEventLog;
  private readonly ledger: RunLedger;
  private readonly onCommit: () => void;

  constructor(log: SegmentEventLog, ledger: RunLedger, onCommit: () => void) {
    this.supports = log.supports;
    this.log = log;
    this.ledger = ledger;
    this.onCommit = onCommit;
  }

  append(draft: EventDraft): number {
    const seq = this.log.append(draft);
    this.ledger.appended(draft, seq);
    if (draft.kind === "proposal_completed") this.onCommit();
    return seq;
  }

  flush(reason?: FlushReason): void | Promise<void> {
    return this.log.flush(reason);
  }

  read(options?: ReadOptions): AsyncIterable<CarEvent> {
    return this.log.read(options);
  }

  head(): Promise<LogHead> {
    return this.log.head();
  }

  close(): Promise<void> {
    return this.log.close();
  }
}
