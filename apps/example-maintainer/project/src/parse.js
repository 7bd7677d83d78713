import { DurationError } from "./errors.js";
import { unitNamed } from "./units.js";

const PART = /(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy;

/** Reads a duration such as `1h 30m`, `-90s` or `1.5h`, in milliseconds. */
export function parse(text) {
  const trimmed = text.trim();
  const negative = trimmed.startsWith("-");
  const total = sum(negative ? trimmed.slice(1) : trimmed, text);
  return negative ? -total : total;
}

function sum(parts, text) {
  let total = 0;
  let end = 0;
  for (const [part, amount, unit] of parts.matchAll(PART)) {
    total += Number(amount) * unitNamed(unit).ms;
    end += part.length;
  }
  if (end === 0 || end !== parts.length) throw new DurationError(`"${text}" is not a duration`);
  return total;
}
