import type { Action, JsonObject, ToolSchema } from "@car/ir";
import { isReference, resolveReferences } from "./reference-text.js";

/** State keys of one action, exact or `prefix*`. */
export interface KeySets {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** The parameters of an action of any type, as plain JSON. */
export function parametersOf(action: Action): JsonObject {
  return action.parameters as JsonObject;
}

/** Keys that an action declares to read. */
export function readKeys(action: Action): readonly string[] {
  return [
    ...action.state_dependencies,
    ...action.preconditions.map(({ key }) => key),
    ...action.assumptions.map(({ key }) => key),
    ...action.read_set,
    ...(action.type === "state_read" || action.type === "assertion" ? literalKey(action) : []),
  ];
}

/** Keys that an action and its tool declare to write. */
export function writeKeys(action: Action, tool: ToolSchema | undefined): readonly string[] {
  return [
    ...(action.type === "state_write" ? literalKey(action) : []),
    ...Object.keys(action.expected_effects),
    ...action.write_set,
    ...(tool?.effects ?? []).map((effect) => (typeof effect === "string" ? effect : effect.key)),
  ];
}

/** The declared keys that bound a key which comes from a reference. What may be written may be read, too. */
export function boundsOf(action: Action): readonly string[] {
  return action.type === "state_write" ? action.write_set : [...action.read_set, ...action.write_set];
}

/** True when some key is covered by a pattern of both lists. */
export function overlaps(left: readonly string[], right: readonly string[]): boolean {
  return left.some((a) => right.some((b) => patternsMeet(a, b)));
}

/** True when `pattern`, an exact key or `prefix*`, covers all that `key`, again a key or a pattern, covers. */
export function covers(pattern: string, key: string): boolean {
  if (!pattern.endsWith("*")) return pattern === key;
  const prefix = pattern.slice(0, -1);
  return key.endsWith("*") ? key.slice(0, -1).startsWith(prefix) : key.startsWith(prefix);
}

function patternsMeet(left: string, right: string): boolean {
  return covers(left, right) || covers(right, left);
}

function literalKey(action: Exclude<Action, { type: "tool_call" }>): readonly string[] {
  const { key } = action.parameters;
  if (typeof key !== "string" || isReference(key)) return [];
  // What is left to resolve are escapes.
  const resolved = resolveReferences(key, () => undefined);
  return "value" in resolved ? [resolved.value as string] : [];
}
