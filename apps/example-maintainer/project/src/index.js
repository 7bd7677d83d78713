export { compare } from "./compare.js";
export { DurationError } from "./errors.js";
export { format } from "./format.js";
export { parse } from "./parse.js";
export { UNITS } from "./units.js";
