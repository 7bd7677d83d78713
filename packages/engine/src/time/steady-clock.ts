import type { Clock } from "@car/ir/ports";

/**
 * A clock that never goes backwards, whatever happens to the one it is made of: when that is set back, time goes on from
 * where it was. No duration is negative, and no timer waits for the clock to catch up.
 */
export function steadyClock(clock: Clock): Clock {
  let shift = 0;
  let last = Number.NEGATIVE_INFINITY;
  return {
    now() {
      const told = clock.now();
      if (told + shift < last) shift = last - told;
      return (last = told + shift);
    },
    setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
  };
}
