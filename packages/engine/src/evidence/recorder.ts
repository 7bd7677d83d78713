import { type EventDataOf, type EventKind, eventOf, type LiveEvent } from "@car/ir";
import type { EventDraft, EventLog, Logger, RunScope } from "@car/ir/ports";

/** Writes events to the log and hands them to subscribers. */
export class Recorder {
  readonly log: EventLog;
  private readonly logger: Logger;
  /** The one draft that is used for all of them: a log keeps its fields, never itself. */
  private readonly draft: { -readonly [Field in keyof EventDraft]: EventDraft[Field] } = {
    kind: "config_changed",
    time: 0,
    action: -1,
    attempt: 0,
  };
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

  /** Records an event of a run, or of one of its actions. */
  recordOf<K extends EventKind>(
    kind: K,
    run: { readonly time: number; readonly scope: RunScope },
    slot: { readonly index: number; readonly attempts: number } | undefined,
    data: EventDataOf[K] | undefined,
  ): void {
    const { draft } = this;
    draft.kind = kind;
    draft.time = run.time;
    draft.scope = run.scope;
    draft.action = slot === undefined ? -1 : slot.index;
    draft.attempt = slot === undefined ? 0 : slot.attempts;
    draft.data = data;
    this.record(draft as EventDraft);
  }

  /** Calls `subscriber` for each event from now on, until the returned function is called. */
  subscribe(subscriber: (event: LiveEvent) => void): () => void {
    // A wrapper of its own, so that the same function may subscribe twice and stop once.
    const entry = (event: LiveEvent): void => subscriber(event);
    this.subscribers.add(entry);
    return () => void this.subscribers.delete(entry);
  }

  /** Flushes the log, then calls `next`, at once when nothing has to be waited for; with the failure, if there is one. */
  flushThen(next: (error?: unknown) => void): void {
    const onError = (error: unknown): void => {
      this.logger.error({ error }, "the event log failed");
      next(error ?? new Error("the event log failed"));
    };
    let flushed: void | Promise<void>;
    try {
      flushed = this.log.flush();
    } catch (error) {
      return onError(error);
    }
    if (flushed === undefined) next();
    else flushed.then(() => next(), onError);
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
