import type { RandomSource } from "@car/ir/ports";

/** A whole number from 0, below `bound`. */
export type Dice = (bound: number) => number;

/** Dice of a random source. */
export function diceOf(random: RandomSource): Dice {
  return (bound) => Math.floor(random() * bound);
}
