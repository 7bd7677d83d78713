import type { Clock } from "@car/ir/ports";

/** The end of a time: its own bound, or a signal, whichever is first. */
export interface Deadline {
  /** Aborts at the end. */
  readonly signal: AbortSignal;
  /** Which end it was, once there is one. */
  ended(): "time" | "canceled" | undefined;
  /** Forgets timer and listener. */
  close(): void;
}

/** Starts the time. */
export function openDeadline(
  clock: Clock,
  { maxDurationMs, signal }: { readonly maxDurationMs: number; readonly signal: AbortSignal | undefined },
): Deadline {
  const abort = new AbortController();
  let why: "time" | "canceled" | undefined;
  const end = (reason: "time" | "canceled", message: string): void => {
    if (why !== undefined) return;
    why = reason;
    abort.abort(new Error(message));
  };
  const onAbort = (): void => end("canceled", "the agent was canceled");
  const timer = clock.setTimer(() => end("time", `${maxDurationMs} ms are over`), maxDurationMs);
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: abort.signal,
    ended: () => why,
    close: () => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
