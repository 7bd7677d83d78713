import fc from "fast-check";
import type { JsonValue } from "@car/ir";

/** A small pool, so that actions meet on the same keys. */
export const KEYS = ["k0", "k1", "k2", "k3"] as const;

/** One key of the pool. */
export const anyKey: fc.Arbitrary<string> = fc.constantFrom(...KEYS);

/** A small value; few different ones, so that conditions hold now and then. */
export const anyValue: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(0, 1, 2, "a", "ab", null, true, [0, "a"], {
  x: 1,
});

/** `arbitrary` in `percent` of the cases, otherwise `undefined`. Shrinks to `undefined`. */
export function seldom<T>(percent: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 100 - percent, arbitrary: fc.constant(undefined) }, { weight: percent, arbitrary });
}

/** Picks one of the constants, each as often as its weight says. Shrinks to the first. */
export function weighted<T>(...choices: readonly (readonly [weight: number, value: T])[]): fc.Arbitrary<T> {
  const [first, ...rest] = choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) }));
  if (first === undefined) throw new TypeError("nothing to choose from");
  return fc.oneof({ withCrossShrink: true }, first, ...rest);
}

/**
 * A fraction of a millisecond, different for each `serial`, and exact in binary. Times that are sums of such
 * latencies practically never coincide, so the order of arrival is decided.
 */
export function fractionOf(serial: number): number {
  let bits = Math.imul(serial + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 12) / 2 ** 20;
}
