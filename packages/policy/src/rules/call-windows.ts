/** The calls of the last stretch of time, counted for each name apart. */
export interface CallWindows {
  /** Whether one more call fits at `now`. Changes nothing. */
  hasRoom(name: string, now: number): boolean;
  /** Counts a call at `now`, for which there was room. */
  take(name: string, now: number): void;
}

interface Window {
  /** Times of the last calls; once there are `maxCalls` of them, a ring whose oldest is at `next`. */
  readonly times: number[];
  next: number;
}

/** Names counted at once. A further one has no room until the one that has been idle longest is out of its interval. */
const MAX_NAMES = 10_000;

/** An exact sliding window: never more than `maxCalls` in any `intervalMs`. Memory is bounded by both and `MAX_NAMES`. */
export function callWindows(limit: { readonly maxCalls: number; readonly intervalMs: number }): CallWindows {
  // INVARIANT: in order of the last call, so that the first one has been idle longest.
  const windows = new Map<string, Window>();
  const isOver = (time: number | undefined, now: number): boolean =>
    time === undefined || time + limit.intervalMs <= now;

  const canAdd = (now: number): boolean => {
    if (windows.size < MAX_NAMES) return true;
    const [idlest] = windows.values();
    return idlest === undefined || isOver(lastTime(idlest), now);
  };

  return {
    hasRoom(name, now) {
      const window = windows.get(name);
      if (window === undefined) return canAdd(now);
      return window.times.length < limit.maxCalls || isOver(window.times[window.next], now);
    },
    take(name, now) {
      const window = windows.get(name) ?? { times: [], next: 0 };
      windows.delete(name);
      if (windows.size >= MAX_NAMES) dropFirst(windows);
      windows.set(name, window);
      window.times[window.next] = now;
      window.next = (window.next + 1) % limit.maxCalls;
    },
  };
}

function lastTime({ times, next }: Window): number | undefined {
  return times[next === 0 ? times.length - 1 : next - 1];
}

function dropFirst(windows: Map<string, Window>): void {
  const [first] = windows.keys();
  if (first !== undefined) windows.delete(first);
}
