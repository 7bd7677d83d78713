import type { TimerQueue } from "./timer-queue.js";

/** How foreign work ended, or why nobody waits for it any more. */
export type BoundedEnd<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "timeout" }
  | { readonly kind: "aborted" };

/** What ends a wait besides the work itself. */
export interface Bounds {
  readonly timers: TimerQueue;
  readonly timeoutMs: number;
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * Waits for work that may throw, hang, or take no notice of its signal. Always ends, never throws. The signal that the
 * work gets aborts when nobody waits any more; with a signal that has aborted already the work is not begun.
 */
export function boundedWait<T>(
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  { timers, timeoutMs, signals }: Bounds,
): Promise<BoundedEnd<T>> {
  if (signals.some((signal) => signal?.aborted === true)) return Promise.resolve({ kind: "aborted" });
  const abort = new AbortController();
  return new Promise((resolve) => {
    let ended = false;
    const end = (result: BoundedEnd<T>): void => {
      if (ended) return;
      ended = true;
      timer.cancel();
      for (const signal of signals) signal?.removeEventListener("abort", onAbort);
      if (result.kind === "timeout" || result.kind === "aborted") abort.abort();
      resolve(result);
    };
    const onAbort = (): void => end({ kind: "aborted" });
    const timer = timers.set(timeoutMs, () => end({ kind: "timeout" }));
    for (const signal of signals) signal?.addEventListener("abort", onAbort, { once: true });
    // Inside a promise, so that what is thrown at once ends like what is thrown later.
    Promise.resolve()
      .then(() => work(abort.signal))
      .then(
        (value) => end({ kind: "value", value }),
        (error: unknown) => end({ kind: "error", error }),
      );
  });
}

/** What was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
