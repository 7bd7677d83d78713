import { ConfigInvalidError } from "@car/ir";

/** One listener per signal, however many runs it may cancel: a server's shutdown is no leak. */
const listeners = new WeakMap<AbortSignal, { readonly calls: Set<() => void>; readonly onAbort: () => void }>();

/**
 * Calls `listener` once when the signal is aborted; the returned function takes that back. Nothing stays behind on the signal
 * when nobody listens any more.
 */
export function onAborted(signal: AbortSignal, listener: () => void): () => void {
  let shared = listeners.get(signal);
  if (shared === undefined) {
    const calls = new Set<() => void>();
    shared = { calls, onAbort: () => [...calls].forEach((call) => call()) };
    listeners.set(signal, shared);
    signal.addEventListener("abort", shared.onAbort, { once: true });
  }
  const { calls, onAbort } = shared;
  const call = (): void => listener();
  calls.add(call);
  return () => {
    calls.delete(call);
    if (calls.size > 0 || listeners.get(signal)?.calls !== calls) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", onAbort);
  };
}

/** @throws `ConfigInvalidError` for what is no `AbortSignal`, whatever it does when it is looked at. */
export function assertSignal(signal: unknown): void {
  if (signal === undefined) return;
  try {
    // It is used once, because what is found out here is told by name, and later it would be told by nobody.
    const given = signal as AbortSignal;
    given.addEventListener("abort", ignore);
    given.removeEventListener("abort", ignore);
    if (typeof given.aborted === "boolean") return;
  } catch {
    // Told below like any other value that is none.
  }
  throw new ConfigInvalidError("`signal` is not an `AbortSignal`");
}

const ignore = (): void => undefined;
