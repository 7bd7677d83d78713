import type { JsonObject } from "@car/ir";
import type { ActionInput } from "./rig.js";

export { toolCall as call } from "../../fixtures/calls.js";

/** Writes one key: `{ key: value }`. */
export function write(id: string, entry: JsonObject, more: object = {}): ActionInput {
  const [key, value] = entryOf(entry);
  return { id, type: "state_write", parameters: { key, value }, ...more };
}

/** Reads `key`. */
export function read(id: string, key: string, more: object = {}): ActionInput {
  return { id, type: "state_read", parameters: { key }, ...more };
}

/** Fails unless a key holds a value: `{ key: value }`. */
export function check(id: string, entry: JsonObject, more: object = {}): ActionInput {
  const [key, expected] = entryOf(entry);
  return { id, type: "assertion", parameters: { key, expected }, ...more };
}

/** Tolerates a failure. */
export const SKIP = { failure_behavior: "skip" } as const;

/** Repeats after a failure. */
export const RETRY = { failure_behavior: "retry" } as const;

/** Leaves nothing outside the state store. */
export const REVERSIBLE = { reversibility: "reversible" } as const;

function entryOf(entry: JsonObject): readonly [string, JsonObject[string]] {
  const [first] = Object.entries(entry);
  if (first === undefined) throw new TypeError("an entry has one key");
  return first;
}
