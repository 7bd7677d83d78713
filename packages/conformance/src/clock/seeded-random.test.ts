import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "./seeded-random.js";

const take = (seed: number, count: number): readonly number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

describe("seededRandom", () => {
  it("[CF-10] gives the same numbers for the same seed, and others for another", () => {
    expect(take(1, 5)).toEqual(take(1, 5));
    expect(take(1, 5)).not.toEqual(take(2, 5));
    // Written down, so that a recorded run stays what it was.
    expect(take(1, 2).map((number) => number * 2 ** 32)).toEqual(FIRST_TWO_OF_1);
  });

  it("[CF-10] stays within [0, 1) and spreads over it", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const numbers = take(seed, 1_000);
        expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
        const perTenth = Array.from(
          { length: 10 },
          (_, tenth) => numbers.filter((n) => Math.floor(n * 10) === tenth).length,
        );
        expect(Math.min(...perTenth)).toBeGreaterThan(40);
      }),
    );
  });
});

const FIRST_TWO_OF_1 = [2693262067, 11749833];
