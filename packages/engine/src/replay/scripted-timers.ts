import type { Clock, Timer } from "@car/ir/ports";
import { epochMsOf } from "@car/ir";
import { TimerQueue } from "../time/timer-queue.js";
import type { Script } from "./script.js";

/** A timer that fires when the recording says that it did. */
export interface ScriptedTimer extends Timer {
  /** Does nothing once it has fired or was canceled. */
  fire(): void;
}

/** The time at which the recorded run was where the second execution is now. */
export function scriptedClock(script: Script): Clock {
  let now = epochMsOf(script.events[0]!.timestamp);
  return {
    now() {
      const next = script.next();
      if (next !== undefined) now = Math.max(now, epochMsOf(next.timestamp));
      return now;
    },
    // The timers of a second execution never fire by themselves.
    setTimer: () => ({ cancel: () => undefined }),
  };
}

/** Timers that only the driver of a second execution fires. */
export class ScriptedTimers extends TimerQueue {
  private readonly pending = new Set<ScriptedTimer>();

  override set(_delayMs: number, callback: () => void): ScriptedTimer {
    const timer: ScriptedTimer = {
      cancel: () => void this.pending.delete(timer),
      fire: () => {
        if (this.pending.delete(timer)) callback();
      },
    };
    this.pending.add(timer);
    return timer;
  }

  /** The timer that was set last. */
  newest(): ScriptedTimer | undefined {
    return [...this.pending].at(-1);
  }
}
