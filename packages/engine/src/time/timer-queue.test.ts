import { manualClock } from "@car/conformance";
import { describe, expect, it } from "vitest";
import { TimerQueue } from "./timer-queue.js";

describe("TimerQueue", () => {
  it("[EN-10] holds no timer of the clock when none of its own waits, also after one fired with canceled ones behind it", () => {
    const clock = manualClock();
    const timers = new TimerQueue(clock);
    const fired: string[] = [];
    timers.set(100, () => fired.push("late")).cancel();
    expect(clock.pending()).toBe(0);
    const late = timers.set(100, () => fired.push("late"));
    timers.set(10, () => fired.push("early"));
    late.cancel();
    clock.advance(10);
    expect(fired).toEqual(["early"]);
    expect(clock.pending()).toBe(0);
    timers.set(5, () => fired.push("again"));
    clock.advance(5);
    expect(fired).toEqual(["early", "again"]);
  });

  it("[EN-10] asks the clock for no longer delay than it knows, and waits on", () => {
    const clock = manualClock();
    const delays: number[] = [];
    const timers = new TimerQueue({
      now: () => clock.now(),
      setTimer: (callback, delayMs) => {
        delays.push(delayMs);
        return clock.setTimer(callback, delayMs);
      },
    });
    const fired: number[] = [];
    timers.set(3e9, () => fired.push(clock.now()));
    clock.advance(3e9);
    expect([delays, fired]).toEqual([[2_147_483_647, 3e9 - 2_147_483_647], [3e9]]);
  });
});
