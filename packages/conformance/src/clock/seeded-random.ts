import type { RandomSource } from "@car/ir/ports";

/**
 * Numbers in `[0, 1)` that look random and depend on the seed alone (mulberry32: steps of 2^-32, period 2^32).
 * @param seed - its low 32 bits count.
 */
export function seededRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
