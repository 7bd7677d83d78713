import { collectEvents } from "@car/conformance/internal";
import { LogWriteError, type CarEvent } from "@car/ir";
import type { Clock, EventDraft, EventLog, FlushReason, LogHead, ReadOptions } from "@car/ir/ports";

/** A log that may be slow, and that may fail at an event or from one moment on. */
export class WalkLog implements EventLog {
  readonly supports: EventLog["supports"];
  /** Everything up to here survives the process. */
  flushed = 0;
  last = 0;
  /** The event that it does not take, and none after it. */
  failsAt = Number.POSITIVE_INFINITY;
  private readonly log: EventLog;
  private readonly clock: Clock;
  private readonly isSlow: boolean;

  constructor(log: EventLog, clock: Clock, as: { readonly durable: boolean; readonly isSlow: boolean }) {
    this.log = log;
    this.clock = clock;
    this.supports = { durable: as.durable };
    this.isSlow = as.isSlow;
  }

  append(draft: EventDraft): number {
    if (this.last + 1 >= this.failsAt) throw new LogWriteError("the disk is full");
    return (this.last = this.log.append(draft));
  }

  flush(_reason?: FlushReason): void | Promise<void> {
    const upTo = this.last;
    if (!this.isSlow) return this.written(upTo);
    return new Promise((resolve, reject) => {
      this.clock.setTimer(() => {
        try {
          resolve(this.written(upTo));
        } catch (error) {
          reject(error);
        }
      }, 1);
    });
  }

  /** What a process would find that takes the log up when `share` of what was not written for sure has been. */
  async found(share: number): Promise<readonly CarEvent[]> {
    const upTo = this.flushed + Math.round((this.last - this.flushed) * share);
    return (await collectEvents(this.log)).slice(0, upTo);
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

  private written(upTo: number): void {
    if (this.last + 1 >= this.failsAt) throw new LogWriteError("the disk is full");
    this.flushed = Math.max(this.flushed, upTo);
  }
}
