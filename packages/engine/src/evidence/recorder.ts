import { eventOf, type LiveEvent } from "@car/ir";
import type { EventDraft, EventLog, Logger } from "@car/ir/ports";

/** Writes events to the log and hands them to subscribers. */
export class Recorder {
  readonly log: EventLog;
  private readonly logger: Logger;
  private readonly subscribers = new Set<(event: LiveEvent) => void>();

  constructor(log: EventLog, logger: Logger) {
    this.log = log;
    this.logger = logger;
  }

  /** Appends one event. Throws what the log throws; a subscriber's exception is logged and goes no further. */
  record(draft: EventDraft): void {
    const seq = this.log.append(draft);
    if (this.subscribers.size > 0) this.publish(draft, seq);
  }

  /** Calls `subscriber` for each event from now on, until the returned function is called. */
  subscribe(subscriber: (event: LiveEvent) => void): () => void {
    // A wrapper of its own, so that the same function may subscribe twice and stop once.
    const entry = (event: LiveEvent): void => subscriber(event);
    this.subscribers.add(entry);
    return () => void this.subscribers.delete(entry);
  }

  /** Flushes the log, then calls `next`, at once when nothing has to be waited for. A failure is logged. */
  flushThen(next: () => void): void {
    const onError = (error: unknown): void => {
      this.logger.error({ error }, "the event log failed");
      next();
    };
    try {
      const flushed = this.log.flush();
      if (flushed === undefined) next();
      else flushed.then(next, onError);
    } catch (error) {
      onError(error);
    }
  }

  private publish(draft: EventDraft, seq: number): void {
    const event = eventOf(draft, seq);
    for (const subscriber of this.subscribers) {
      try {
        subscriber(event);
      } catch (error) {
        this.logger.warn({ error, kind: draft.kind }, "a subscriber threw");
      }
    }
  }
}
