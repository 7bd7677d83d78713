import type { ManualClock } from "./manual-clock.js";

/** How much virtual time something gets to settle, in milliseconds. */
const PATIENCE_MS = 600_000;

/** Lets virtual time pass until `promise` settles, and gives what it gives. Throws when it never does. */
export async function settledIn<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const marked = promise.finally(() => {
    isSettled = true;
  });
  // The caller gets `marked`; this only keeps a rejection from counting as unhandled until then.
  marked.catch(() => undefined);
  for (let passed = 0; passed < PATIENCE_MS; passed += 1_000) {
    await clock.advanceAsync(0);
    if (isSettled) return marked;
    await clock.advanceAsync(1_000);
  }
  throw new Error(`nothing came back within ${PATIENCE_MS} ms of virtual time`);
}
