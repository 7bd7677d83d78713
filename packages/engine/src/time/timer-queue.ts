import type { Clock, Timer } from "@car/ir/ports";

interface Entry {
  readonly due: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/**
 * All timers of a runtime over one timer of its clock: setting and canceling cost no system timer each. Due timers
 * fire in order of time, then of creation.
 */
export class TimerQueue {
  private readonly clock: Clock;
  private readonly heap: Entry[] = [];
  private armed: { readonly due: number; readonly timer: Timer } | undefined;
  private created = 0;
  private live = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Calls `callback` once after `delayMs`, unless canceled. */
  set(delayMs: number, callback: () => void): Timer {
    const entry: Entry = { due: this.clock.now() + delayMs, order: this.created++, callback };
    this.live++;
    this.push(entry);
    this.arm();
    return { cancel: () => this.cancel(entry) };
  }

  private cancel(entry: Entry): void {
    if (entry.callback === undefined) return;
    entry.callback = undefined;
    this.live--;
    if (this.live === 0) this.clear();
    // Canceled entries leave when they are due; long deadlines that are canceled must not pile up until then.
    else if (this.heap.length > 64 && this.heap.length > 2 * this.live) this.sweep();
  }

  private sweep(): void {
    const live = this.heap.filter((entry) => entry.callback !== undefined);
    this.heap.length = 0;
    for (const entry of live) this.push(entry);
  }

  private clear(): void {
    this.heap.length = 0;
    this.armed?.timer.cancel();
    this.armed = undefined;
  }

  private arm(): void {
    const next = this.heap[0];
    if (next === undefined || (this.armed !== undefined && this.armed.due <= next.due)) return;
    this.armed?.timer.cancel();
    const delay = Math.max(0, next.due - this.clock.now());
    this.armed = { due: next.due, timer: this.clock.setTimer(() => this.fire(), delay) };
  }

  private fire(): void {
    this.armed = undefined;
    const now = this.clock.now();
    while (this.heap.length > 0 && this.heap[0]!.due <= now) {
      const entry = this.pop();
      const { callback } = entry;
      if (callback === undefined) continue;
      entry.callback = undefined;
      this.live--;
      callback();
    }
    // Canceled entries that are not due yet must not keep a timer of the clock, and with it a process, alive.
    if (this.live === 0) this.clear();
    else this.arm();
  }

  private push(entry: Entry): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  private pop(): Entry {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function before(left: Entry, right: Entry): boolean {
  return left.due < right.due || (left.due === right.due && left.order < right.order);
}
