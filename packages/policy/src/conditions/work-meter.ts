/**
 * What is left of the work that one rule may do on one action. A unit is one letter of a searched text compared with one
 * character: 1 ns at worst, seldom a tenth of it.
 */
export interface WorkMeter {
  left: number;
}

/**
 * About one second at worst: enough for 8 MB of text with an ordinary keyword, for 1 MB with a pattern of 32
 * instructions, for 33 kB with the largest pattern. Beyond it a rule gives up, and decides on the safe side.
 */
export const MAX_WORK = 2 ** 30;

/** One instruction of a pattern on one character: some 30 ns where a pattern is at its worst. */
export const PATTERN_COST = 32;

/** Folding the case of one character. */
export const FOLDING_COST = 8;

/** Takes `units`, a whole number, off the meter. False when that is more than is left: then nothing is left. */
export function spend(meter: WorkMeter, units: number): boolean {
  const isEnough = units <= meter.left;
  meter.left = isEnough ? meter.left - units : 0;
  return isEnough;
}
