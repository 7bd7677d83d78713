import type { Clock } from "@car/ir/ports";

// Both are looked up once: the global and its origin are getters that cost more than reading the time.
const clock = performance;
const { timeOrigin } = clock;

/**
 * The machine's clock: wall time in whole milliseconds, as logs have it, that does not jump when the machine's time is set. A pending timer keeps the process
 * alive: somebody waits for what it ends.
 */
export const systemClock: Clock = {
  now: () => Math.floor(timeOrigin + clock.now()),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    const cancel = (): void => clearTimeout(timer);
    // Outside Node a timer is a number, and keeps nothing alive.
    if (typeof timer === "number") return { cancel };
    return { cancel, keepAlive: (isWanted) => void (isWanted ? timer.ref() : timer.unref()) };
  },
};
