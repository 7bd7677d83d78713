import { follow } from "./follow.js";
import type { Run } from "./run.js";
import type { Hold, Slot } from "./slot.js";

/** How a bounded wait ended. */
export type WaitEnd<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "timeout" };

/** What is waited for, and how long at most, in milliseconds. */
export interface Waiting<T> {
  /** Without it only the time passes. */
  readonly promise?: PromiseLike<T>;
  readonly timeoutMs: number;
  /** Nobody waits any more: the time is up, or the run has ended the action. */
  giveUp?(this: void, isTimeout: boolean): void;
}

/** A wait, as data: who needs it says so, and the engine does the waiting. */
export interface WaitFor<T, R> extends Waiting<T> {
  /** Permission may have changed when it is over, so it is asked for again. */
  readonly isQueue?: boolean;
  /** Goes on, in the turn in which the wait ended; never when the run has ended the action. */
  next(this: void, end: WaitEnd<T>): R;
}

/** The one way to wait. Ends with the promise, with its time, or when the action ends; `next` hears of the first two. */
export function waitFor<T>(run: Run, slot: Slot, wait: Waiting<T>, next: (end: WaitEnd<T>) => void): void {
  const end = (result: WaitEnd<T>): void => {
    if (!run.board.goesOn(slot, hold)) return;
    timer.cancel();
    if (result.kind === "timeout") quietly(run, () => wait.giveUp?.(true));
    run.tick();
    next(result);
  };
  const hold: Hold = {
    giveUp: () => {
      timer.cancel();
      quietly(run, () => wait.giveUp?.(false));
    },
    expire: () => end({ kind: "timeout" }),
  };
  const timer = run.host.timers.set(wait.timeoutMs, hold.expire);
  run.board.wait(slot, hold);
  if (wait.promise === undefined) return;
  follow(
    wait.promise,
    (value) => end({ kind: "value", value }),
    (error) => end({ kind: "error", error }),
  );
}

/** True for a wait, of all that a gate may answer. */
export function isWait<R>(answer: R | WaitFor<unknown, R>): answer is WaitFor<unknown, R> {
  return typeof answer === "object" && answer !== null && "timeoutMs" in answer;
}

function quietly(run: Run, act: () => void): void {
  try {
    act();
  } catch (error) {
    run.host.logger.error({ error, run_id: run.scope.run_id }, "a wait could not be given up cleanly");
  }
}
