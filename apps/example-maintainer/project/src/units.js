import { DurationError } from "./errors.js";

/** Every unit, largest first, with its length in milliseconds. */
export const UNITS = Object.freeze([
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "m", ms: 60_000 },
  { name: "s", ms: 1_000 },
  { name: "ms", ms: 1 },
]);

/** The unit called `name`. */
export function unitNamed(name) {
  const unit = UNITS.find((candidate) => candidate.name === name);
  if (unit === undefined) throw new DurationError(`there is no unit "${name}"`);
  return unit;
}

/** The units from the largest down to the one called `smallest`. */
export function unitsDownTo(smallest) {
  return UNITS.slice(0, UNITS.indexOf(unitNamed(smallest)) + 1);
}
