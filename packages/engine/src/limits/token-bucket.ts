import type { Timer } from "@car/ir/ports";
import type { TimerQueue } from "../time/timer-queue.js";
import type { QueueWait } from "./semaphore.js";

/** A rate limit: `maxCalls` at once, refilled evenly over `intervalMs`. Waiters are served in order of arrival. */
export interface TokenBucket {
  readonly maxCalls: number;
  readonly intervalMs: number;
  /** `undefined` when a token was there and is now taken, else a wait. */
  take(): QueueWait | undefined;
}

/** What a bucket is made of. */
export interface TokenBucketOptions {
  readonly maxCalls: number;
  readonly intervalMs: number;
  readonly timers: TimerQueue;
  readonly now: () => number;
}

/** Creates a full bucket (token bucket algorithm, as in RFC 2697 without the second colour). */
export function createTokenBucket(options: TokenBucketOptions): TokenBucket {
  return new FilledBucket(options);
}

class FilledBucket implements TokenBucket {
  readonly maxCalls: number;
  readonly intervalMs: number;
  private readonly timers: TimerQueue;
  private readonly now: () => number;
  private readonly queue = new Set<() => void>();
  private tokens: number;
  private filledAt: number;
  private timer: Timer | undefined = undefined;

  constructor({ maxCalls, intervalMs, timers, now }: TokenBucketOptions) {
    this.maxCalls = this.tokens = maxCalls;
    this.intervalMs = intervalMs;
    this.timers = timers;
    this.now = now;
    this.filledAt = now();
  }

  take(): QueueWait | undefined {
    this.refill();
    if (this.queue.size === 0 && this.hasToken()) {
      this.useToken();
      return undefined;
    }
    let grant!: () => void;
    const granted = new Promise<void>((resolve) => (grant = resolve));
    this.queue.add(grant);
    this.arm();
    return { granted, cancel: () => this.leave(grant) };
  }

  private leave(grant: () => void): void {
    if (this.queue.delete(grant)) return this.disarm();
    this.tokens = Math.min(this.maxCalls, this.tokens + 1);
    this.serve();
  }

  private refill(): void {
    const time = this.now();
    this.tokens = Math.min(this.maxCalls, this.tokens + (time - this.filledAt) * this.perMs());
    this.filledAt = time;
  }

  private serve(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.refill();
    for (const grant of this.queue) {
      if (!this.hasToken()) break;
      this.useToken();
      this.queue.delete(grant);
      grant();
    }
    this.arm();
  }

  private arm(): void {
    if (this.queue.size === 0 || this.timer !== undefined) return;
    this.timer = this.timers.set(Math.max(0, (1 - this.tokens) / this.perMs()), () => this.serve());
  }

  /** With nobody who waits nothing is due: a timer would only keep the process alive. */
  private disarm(): void {
    if (this.queue.size > 0) return;
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** Tokens arrive in fractions; a rounding error must not cost a waiter another round. */
  private hasToken(): boolean {
    return this.tokens >= 1 - 1e-9;
  }

  private useToken(): void {
    this.tokens = Math.max(0, this.tokens - 1);
  }

  private perMs(): number {
    return this.maxCalls / this.intervalMs;
  }
}
