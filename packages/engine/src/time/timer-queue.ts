import type { Clock, Timer } from "@car/ir/ports";
import { smallMs } from "./small-ms.js";
import { type Alarm, CallbackAlarm } from "./alarm.js";

/** The longest delay that timers of platforms know: 2^31 - 1 milliseconds, about 25 days. */
const MAX_DELAY_MS = 2_147_483_647;

/**
 * All timers of a runtime over one timer of its clock: setting and canceling cost no system timer each. Due timers
 * fire in order of time, then of creation. A binary heap in which every alarm knows its place.
 */
export class TimerQueue {
  private readonly clock: Clock;
  /** The millisecond in which it was made: its times count from there. */
  private readonly epoch: number;
  /** The first `size` places are in use; the others stay, since the next alarm is never far. */
  private readonly heap: (Alarm | undefined)[] = [];
  private size = 0;
  private created = 0;
  /** The clock's timer, and when it fires. */
  private timer: Timer | undefined = undefined;
  private timerDue = 0;
  /** The clock's timer is there, and nothing waits for it. */
  private isIdle = false;

  constructor(clock: Clock) {
    this.clock = clock;
    this.epoch = Math.floor(clock.now());
  }

  /** Calls `callback` once after `delayMs`, unless canceled. */
  set(delayMs: number, callback: () => void): Alarm {
    const alarm = new CallbackAlarm(this, callback);
    this.add(alarm, delayMs);
    return alarm;
  }

  /** Lets an alarm that does not wait ring once `delayMs` after the time `at`, unless it is canceled. */
  add(alarm: Alarm, delayMs: number, at = this.clock.now()): void {
    const now = smallMs(at - this.epoch);
    alarm.due = now + delayMs;
    alarm.order = this.created++;
    this.siftUp(alarm, this.size++);
    this.arm(now);
  }

  /** Forgets an alarm that waits here. */
  remove(alarm: Alarm): void {
    this.take(alarm.place);
    if (this.size === 0) this.rest();
  }

  private arm(now: number): void {
    const { due } = this.heap[0]!;
    if (this.timer !== undefined && this.timerDue <= due) {
      if (this.isIdle) this.timer.keepAlive!(true);
      this.isIdle = false;
      return;
    }
    this.timer?.cancel();
    this.isIdle = false;
    this.timerDue = Math.min(due, now + MAX_DELAY_MS);
    // One that fires too early is set again.
    this.timer = this.clock.setTimer(() => this.fire(), Math.min(MAX_DELAY_MS, Math.max(0, due - now)));
  }

  private fire(): void {
    this.timer = undefined;
    const now = smallMs(this.clock.now() - this.epoch);
    while (this.size > 0 && this.heap[0]!.due <= now) this.take(0).ring();
    // An alarm that rang may have set others, and with them the clock's timer.
    if (this.size > 0) this.arm(now);
    else this.rest();
  }

  /** Nothing waits: a timer of the clock must not keep the process alive, but setting it anew for each call would cost most. */
  private rest(): void {
    const { timer } = this;
    if (timer === undefined || this.isIdle) return;
    if (timer.keepAlive === undefined) {
      timer.cancel();
      this.timer = undefined;
    } else {
      timer.keepAlive(false);
      this.isIdle = true;
    }
  }

  /** Takes out the alarm at a place. */
  private take(place: number): Alarm {
    const { heap } = this;
    const alarm = heap[place]!;
    const last = heap[--this.size]!;
    heap[this.size] = undefined;
    alarm.place = -1;
    if (last === alarm) return alarm;
    this.siftDown(last, place);
    if (last.place === place) this.siftUp(last, place);
    return alarm;
  }

  private siftUp(alarm: Alarm, from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(alarm, this.heap[parent]!)) break;
      this.put(this.heap[parent]!, at);
      at = parent;
    }
    this.put(alarm, at);
  }

  private siftDown(alarm: Alarm, from: number): void {
    const { heap, size } = this;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, alarm)) break;
      this.put(heap[child]!, at);
      at = child;
    }
    this.put(alarm, at);
  }

  private put(alarm: Alarm, at: number): void {
    this.heap[at] = alarm;
    alarm.place = at;
  }
}

function isBefore(left: Alarm, right: Alarm): boolean {
  return left.due < right.due || (left.due === right.due && left.order < right.order);
}
