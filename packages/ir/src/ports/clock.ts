/** A pending timer. */
export interface Timer {
  /** Forgets the timer; harmless when it has fired. */
  cancel(): void;
  /**
   * Says whether the process is to be kept alive for it; at first it is. Absent where that cannot be said: then a timer that
   * nobody needs is canceled, and set anew.
   */
  keepAlive?(isWanted: boolean): void;
}

/** The only source of time. */
export interface Clock {
  /** Milliseconds since the epoch, with fractions. Never goes backwards within one process. */
  now(): number;
  /** Calls `callback` once, after at least `delayMs` milliseconds. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

/** Numbers that nobody can predict, in `[0, 1)`. Used for jitter only. */
export type RandomSource = () => number;
