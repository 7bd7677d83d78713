import type { Timer } from "@car/ir/ports";
import type { TimerQueue } from "./timer-queue.js";

/** Something that happens at a time unless it is called off before: its own entry in the queue that it is set in. */
export abstract class Alarm implements Timer {
  /** The queue in which it waits, and its place there; theirs to set. */
  queue: TimerQueue | undefined = undefined;
  place = -1;
  /** Milliseconds since the epoch. */
  due = 0;
  /** Among those that are due at the same time. */
  order = 0;

  /** Its time has come. */
  abstract ring(): void;

  /** Forgets it; harmless when it does not wait. */
  cancel(): void {
    this.queue?.remove(this);
  }
}

/** An alarm that calls a function. */
export class CallbackAlarm extends Alarm {
  private readonly callback: () => void;

  constructor(callback: () => void) {
    super();
    this.callback = callback;
  }

  ring(): void {
    this.callback();
  }
}
