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
export function createTokenBucket({ maxCalls, intervalMs, timers, now }: TokenBucketOptions): TokenBucket {
  const perMs = maxCalls / intervalMs;
  const queue = new Set<() => void>();
  let tokens = maxCalls;
  let filledAt = now();
  let timer: Timer | undefined;

  const refill = (): void => {
    const time = now();
    tokens = Math.min(maxCalls, tokens + (time - filledAt) * perMs);
    filledAt = time;
  };
  const serve = (): void => {
    timer = undefined;
    refill();
    for (const grant of queue) {
      // Tokens arrive in fractions; a rounding error must not cost a waiter another round.
      if (tokens < 1 - 1e-9) break;
      tokens = Math.max(0, tokens - 1);
      queue.delete(grant);
      grant();
    }
    arm();
  };
  const arm = (): void => {
    if (queue.size > 0 && timer === undefined) timer = timers.set(Math.max(0, (1 - tokens) / perMs), serve);
  };

  return {
    maxCalls,
    intervalMs,
    take() {
      refill();
      if (queue.size === 0 && tokens >= 1 - 1e-9) {
        tokens = Math.max(0, tokens - 1);
        return undefined;
      }
      let grant!: () => void;
      const granted = new Promise<void>((resolve) => (grant = resolve));
      queue.add(grant);
      arm();
      const cancel = (): void => {
        if (queue.delete(grant)) return;
        tokens = Math.min(maxCalls, tokens + 1);
        serve();
      };
      return { granted, cancel };
    },
  };
}
