import type { Deadline } from "./deadline.js";

/** How foreign work ended, or that the time was over first. */
export type Ended<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: Error }
  | { readonly kind: "over" };

/**
 * Waits for work that may throw, hang, or take no notice of its signal, until the time is over. Always ends, never throws.
 * When the time is over already the work is not begun.
 */
export function waitUntil<T>(
  { signal }: Deadline,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<Ended<T>> {
  if (signal.aborted) return Promise.resolve({ kind: "over" });
  return new Promise((resolve) => {
    const end = (ended: Ended<T>): void => {
      signal.removeEventListener("abort", onAbort);
      resolve(ended);
    };
    const onAbort = (): void => end({ kind: "over" });
    signal.addEventListener("abort", onAbort, { once: true });
    // Inside a promise, so that what is thrown at once ends like what is thrown later.
    Promise.resolve()
      .then(() => work(signal))
      .then(
        (value) => end({ kind: "value", value }),
        (error: unknown) => end({ kind: "error", error: errorOf(error) }),
      );
  });
}

/** What was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
