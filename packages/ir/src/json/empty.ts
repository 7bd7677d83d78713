import type { JsonObject } from "./json-value.js";

const LIST = Object.freeze([]) as readonly never[] as never[];
const OBJECT: JsonObject = Object.freeze({});

/** The one frozen empty list, for defaults: most lists of most actions are empty, and need not be made and frozen. */
export function emptyList(): never[] {
  return LIST;
}

/** The one frozen empty object, for defaults. */
export function emptyObject(): JsonObject {
  return OBJECT;
}
