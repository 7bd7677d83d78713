import type { TimerQueue } from "../time/timer-queue.js";
import type { Run } from "./run.js";

/** The runs of a runtime that have not answered yet. */
export class OpenRuns {
  /** In no order. A run knows its place here, so that leaving costs a few assignments. */
  private readonly runs: Run[] = [];
  private readonly waiting = new Set<() => void>();

  get size(): number {
    return this.runs.length;
  }

  add(run: Run): void {
    run.place = this.runs.length;
    this.runs.push(run);
  }

  delete(run: Run): void {
    const last = this.runs.pop()!;
    if (last !== run) {
      this.runs[run.place] = last;
      last.place = run.place;
    }
    if (this.runs.length > 0 || this.waiting.size === 0) return;
    for (const wake of this.waiting) wake();
  }

  /** A copy: what is done to a run may close others. */
  all(): readonly Run[] {
    return [...this.runs];
  }

  /** Resolves with true when no run is open, with false when one still is after `timeoutMs`. */
  idle(timers: TimerQueue, timeoutMs: number): Promise<boolean> {
    if (this.runs.length === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (idle: boolean): void => {
        timer.cancel();
        this.waiting.delete(wake);
        resolve(idle);
      };
      const wake = (): void => end(true);
      const timer = timers.set(timeoutMs, () => end(false));
      this.waiting.add(wake);
    });
  }
}
