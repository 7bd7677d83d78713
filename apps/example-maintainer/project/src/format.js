import { split } from "./split.js";
import { unitsDownTo } from "./units.js";

/**
 * Writes milliseconds as a duration, such as `1h 30m`.
 *
 * @param {number} ms
 * @param {{ smallest?: string, largest?: number }} [options] the smallest unit to write (default `s`), and how many
 * units at most, counted from the largest that is not zero (default all)
 */
export function format(ms, { smallest = "s", largest = Infinity } = {}) {
  const units = unitsDownTo(smallest);
  const amounts = split(Math.abs(ms), units)
    .map(({ unit, amount }) => ({ unit, amount: Math.round(amount) }))
    .filter(({ amount }) => amount > 0)
    .slice(0, largest);
  if (amounts.length === 0) return `0${smallest}`;

  const sign = ms < 0 ? "-" : "";
  return sign + amounts.map(({ unit, amount }) => `${amount}${unit.name}`).join(" ");
}
