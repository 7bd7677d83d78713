import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

/** How a bounded wait ended. */
export type WaitEnd<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "timeout" }
  | { readonly kind: "given_up" };

/** What is waited for, how long at most, and what to do when nobody waits any more. */
export interface WaitOptions<T> {
  readonly promise: Promise<T>;
  readonly timeoutMs: number;
  readonly onGiveUp?: () => void;
}

/**
 * Waits for a promise on behalf of an action that has not been dispatched. The wait ends with the promise, with its
 * time, or when the run stops; never otherwise, and never by throwing.
 */
export function wait<T>(run: Run, slot: Slot, { promise, timeoutMs, onGiveUp }: WaitOptions<T>): Promise<WaitEnd<T>> {
  return new Promise((resolve) => {
    let ended = false;
    const end = (result: WaitEnd<T>): void => {
      if (ended) return;
      ended = true;
      timer.cancel();
      slot.interrupt = undefined;
      if (result.kind === "timeout" || result.kind === "given_up") onGiveUp?.();
      resolve(result);
    };
    const timer = run.services.timers.set(timeoutMs, () => end({ kind: "timeout" }));
    slot.interrupt = () => end({ kind: "given_up" });
    promise.then(
      (value) => end({ kind: "value", value }),
      (error: unknown) => end({ kind: "error", error }),
    );
  });
}
