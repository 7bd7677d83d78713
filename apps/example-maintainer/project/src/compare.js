import { parse } from "./parse.js";

/** Orders two durations, each written or in milliseconds, the shorter one first. */
export function compare(a, b) {
  return inMs(a) - inMs(b);
}

function inMs(duration) {
  return typeof duration === "number" ? duration : parse(duration);
}
