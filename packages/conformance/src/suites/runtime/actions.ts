import type { JsonValue } from "@car/ir";
import type { ActionInput } from "./rig.js";

/** A call of `tool`. Unless `more` says otherwise its failure aborts the run. */
export function call(id: string, tool: string, more: object = {}): ActionInput {
  return { id, type: "tool_call", tool, ...more } as ActionInput;
}

/** Writes `value` at `key`. */
export function write(id: string, key: string, value: JsonValue, more: object = {}): ActionInput {
  return { id, type: "state_write", parameters: { key, value }, ...more } as ActionInput;
}

/** Reads `key`. */
export function read(id: string, key: string, more: object = {}): ActionInput {
  return { id, type: "state_read", parameters: { key }, ...more } as ActionInput;
}

/** Fails unless `key` holds `expected`. */
export function check(id: string, key: string, expected: JsonValue, more: object = {}): ActionInput {
  return { id, type: "assertion", parameters: { key, expected }, ...more } as ActionInput;
}

/** Tolerates a failure. */
export const SKIP = { failure_behavior: "skip" } as const;

/** Repeats after a failure. */
export const RETRY = { failure_behavior: "retry" } as const;

/** Leaves nothing outside the state store. */
export const REVERSIBLE = { reversibility: "reversible" } as const;
