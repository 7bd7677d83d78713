import { ConfigInvalidError } from "@car/ir";
import type { Clock, Logger, Timer } from "@car/ir/ports";
import { systemClock } from "../defaults/system-clock.js";

/**
 * A clock that never goes backwards, whatever happens to the one it is made of: when that is set back, time goes on from
 * where it was. No duration is negative, and no timer waits for the clock to catch up. While that one fails, the machine's
 * goes on from there: whatever waits still ends.
 * @throws `ConfigInvalidError` when it tells no time to begin with.
 */
export function steadyClock(clock: Clock, logger: Logger): Clock {
  let shift = 0;
  let last = firstTime(clock);
  /** What the machine's time is behind, while that of the clock is missing. */
  let behind: number | undefined = undefined;
  return {
    now() {
      let told = Number.NaN;
      try {
        told = clock.now();
      } catch (error) {
        logger.error({ error }, "the clock failed; the machine's goes on");
      }
      if (!Number.isFinite(told)) {
        const machine = systemClock.now();
        behind ??= last - machine;
        return (last = Math.max(last, machine + behind));
      }
      behind = undefined;
      if (told + shift < last) shift = last - told;
      // Most are of one millisecond, and share one number.
      if (told + shift > last) last = told + shift;
      return last;
    },
    setTimer(callback, delayMs): Timer {
      try {
        return clock.setTimer(callback, delayMs);
      } catch (error) {
        logger.error({ error }, "the clock set no timer; the machine's is used");
        return systemClock.setTimer(callback, delayMs);
      }
    },
  };
}

function firstTime(clock: Clock): number {
  let told = Number.NaN;
  let cause: unknown = undefined;
  try {
    told = clock.now();
  } catch (error) {
    cause = error;
  }
  if (Number.isFinite(told)) return told;
  throw new ConfigInvalidError("`clock` tells no time: `now` gives milliseconds since the epoch", { cause });
}
