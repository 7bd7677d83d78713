import type { Clock } from "@car/ir/ports";

// Reading it costs more than reading the time since.
const { timeOrigin } = performance;

/**
 * The machine's clock: wall time that does not jump when the machine's time is set. A pending timer keeps the process
 * alive: somebody waits for what it ends.
 */
export const systemClock: Clock = {
  now: () => timeOrigin + performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
