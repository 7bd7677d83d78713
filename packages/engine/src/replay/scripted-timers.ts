import type { Clock } from "@car/ir/ports";
import { epochMsOf } from "@car/ir/internal";
import type { Alarm } from "../time/alarm.js";
import { TimerQueue } from "../time/timer-queue.js";
import type { Script } from "./script.js";

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
  private readonly pending = new Set<Alarm>();

  override add(alarm: Alarm): void {
    alarm.place = 0;
    this.pending.add(alarm);
  }

  override remove(alarm: Alarm): void {
    alarm.place = -1;
    this.pending.delete(alarm);
  }

  /** The timer that was set last. */
  newest(): Alarm | undefined {
    return [...this.pending].at(-1);
  }
}

/** Rings an alarm as the recording says that it did. False for one that has rung, or was canceled. */
export function fire(alarm: Alarm | undefined): boolean {
  if (alarm === undefined || alarm.place < 0) return false;
  alarm.cancel();
  alarm.ring();
  return true;
}
