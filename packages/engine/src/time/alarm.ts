import type { Timer } from "@car/ir/ports";
import type { TimerQueue } from "./timer-queue.js";

/** Something that happens at a time unless it is called off before: its own entry in the queue that it is set in. */
export abstract class Alarm implements Timer {
  /** Its place in the queue in which it waits, theirs to set; -1 when it does not. */
  place = -1;
  /** Milliseconds since the epoch of the queue: theirs to set. */
  due = 0;
  /** Among those that are due at the same time. */
  order = 0;

  /** Its time has come. */
  abstract ring(): void;

  /** Where it waits. */
  protected abstract get queue(): TimerQueue;

  /** Forgets it; harmless when it does not wait. */
  cancel(): void {
    if (this.place >= 0) this.queue.remove(this);
  }
}

/** An alarm that calls a function. */
export class CallbackAlarm extends Alarm {
  protected readonly queue: TimerQueue;
  private readonly callback: () => void;

  constructor(queue: TimerQueue, callback: () => void) {
    super();
    this.queue = queue;
    this.callback = callback;
  }

  ring(): void {
    this.callback();
  }
}
