import { type EventDataOf, type EventKind, eventOf, LazyPayload, type LiveEvent } from "@car/ir";
import type { EventDraft, EventLog, Logger, RunScope } from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";
import type { Subscription } from "./subscription.js";

/** One for all drafts: an accessor of its own would make each of them an object of another kind. */
const DATA: PropertyDescriptor = {
  enumerable: true,
  get(this: Draft) {
    return this.read();
  },
};

/** The one that serves all events: a log keeps its fields, never itself. */
class Draft {
  kind: EventKind = "proposal_received";
  time = 0;
  scope: RunScope | undefined = undefined;
  action = -1;
  attempt = 0;
  lazy: LazyPayload | undefined = undefined;
  /** Made when it is read, if it is lazy. An own member, so that a copy of the draft has it too. */
  declare readonly data: object | undefined;
  #payload: object | undefined = undefined;

  constructor() {
    Object.defineProperty(this, "data", DATA);
  }

  /** The payload, made now if it is lazy. */
  read(): object | undefined {
    return (this.#payload ??= this.lazy && freezeAll(this.lazy.make()));
  }

  /** From here on nobody changes the payload: neither who is told of it, nor who has it as part of a result. */
  carry(data: object | undefined): void {
    const isLazy = data instanceof LazyPayload;
    this.lazy = isLazy ? data : undefined;
    this.#payload = isLazy || data === undefined ? undefined : freezeAll(data);
  }
}

/**
 * Freezes a payload throughout: a policy's decision, a reason or a bill is told to subscribers and is what the engine goes on with.
 * What is frozen is taken to be so throughout, and a member that is found when it is read (`proposal_hash`) is left alone.
 */
function freezeAll<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const name of Object.keys(value))
    if (name !== "proposal_hash") freezeAll((value as Record<string, unknown>)[name]);
  return value;
}

/** The payload of an event, or what makes it when it is read. */
export type Payload<K extends EventKind> = EventDataOf[K] | LazyPayload<EventDataOf[K]>;

/** Writes events to the log and hands them to subscribers. */
export class Recorder {
  readonly log: EventLog;
  private readonly logger: Logger;
  private readonly draft = new Draft();
  private readonly subscriptions = new Set<Subscription>();
  /** Events that somebody is being told of, the first at this moment. */
  private readonly untold: { readonly event: LiveEvent; readonly wanting: readonly Subscription[] }[] = [];

  constructor(log: EventLog, logger: Logger) {
    this.log = log;
    this.logger = logger;
  }

  /**
   * Appends one event. Throws what the log throws; what goes wrong in a subscriber is logged and goes no further.
   * @returns its sequence.
   */
  record(draft: EventDraft): number {
    const seq = this.log.append(draft);
    if (this.subscriptions.size > 0) this.publish(draft, seq);
    return seq;
  }

  /** Appends one event that belongs to no run, and returns its sequence. Throws what the log throws. */
  recordOutside<K extends EventKind>(kind: K, time: number, data: Payload<K>): number {
    const { draft } = this;
    draft.kind = kind;
    draft.time = time;
    draft.scope = undefined;
    draft.action = -1;
    draft.attempt = 0;
    draft.carry(data);
    // The parameters keep kind and payload together.
    return this.record(draft as EventDraft);
  }

  /** Appends one event of a run, or of one of its actions. Throws what the log throws. */
  recordOf<K extends EventKind>(
    kind: K,
    run: { readonly time: number; readonly scope: RunScope },
    slot: { readonly index: number; readonly attempts: number } | undefined,
    data: Payload<K> | undefined,
  ): void {
    const { draft } = this;
    draft.kind = kind;
    draft.time = run.time;
    draft.scope = run.scope;
    draft.action = slot === undefined ? -1 : slot.index;
    draft.attempt = slot === undefined ? 0 : slot.attempts;
    draft.carry(data);
    // The parameters keep kind and payload together.
    this.record(draft as EventDraft);
  }

  /** Tells `subscription` of each event it wants from now on, until the returned function is called. */
  subscribe(subscription: Subscription): () => void {
    this.subscriptions.add(subscription);
    return () => void this.subscriptions.delete(subscription);
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

  /** Told in the order of the log: what a subscriber brings about is told when everybody has heard of what it was told of. */
  private publish(draft: EventDraft, seq: number): void {
    let wanting: Subscription[] | undefined;
    for (const each of this.subscriptions) if (each.wants(draft)) (wanting ??= []).push(each);
    if (wanting === undefined) return;
    this.untold.push({ event: eventOf(draft, seq), wanting });
    if (this.untold.length > 1) return;
    for (let next = this.untold[0]; next !== undefined; next = this.untold[0]) {
      for (const each of next.wanting) if (this.subscriptions.has(each)) this.tell(each, next.event);
      this.untold.shift();
    }
  }

  private tell({ tell }: Subscription, event: LiveEvent): void {
    const onError = (error: unknown): void =>
      this.logger.warn({ error, kind: event.kind, seq: event.seq }, "a subscriber failed");
    try {
      const answer = tell(event);
      // Nobody waits for a subscriber, but a rejection that nobody takes ends the process.
      if (isThenable(answer)) Promise.resolve(answer).catch(onError);
    } catch (error) {
      onError(error);
    }
  }
}
