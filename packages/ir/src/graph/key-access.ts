import type { Action } from "../action/action.js";
import { compileTemplate } from "../reference/template.js";
import type { ToolEffect } from "../tool/tool-schema.js";

/** State keys, exact or `prefix*`, that one action may read and write. A key may stand in both lists, or twice in one. */
export interface KeyAccess {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

const NO_KEYS: readonly string[] = Object.freeze([]);

/** What an action without any key has; shared, so that it can be recognised by identity. */
export const NO_ACCESS: KeyAccess = Object.freeze({ reads: NO_KEYS, writes: NO_KEYS });

/**
 * The keys of `action`, given the `effects` its tool declares. A state action whose key is a reference contributes
 * only its declared sets.
 */
export function keyAccessOf(action: Action, effects: readonly ToolEffect[]): KeyAccess {
  const reads = readKeys(action);
  const writes = writeKeys(action, effects);
  return reads.length === 0 && writes.length === 0 ? NO_ACCESS : { reads, writes };
}

/** The key of a tool's declared effect. */
export function effectKey(effect: ToolEffect): string {
  return typeof effect === "string" ? effect : effect.key;
}

/** The literal key of a state action, or `undefined` when it is a reference or the action is a tool call. */
export function literalKeyOf(action: Action): string | undefined {
  if (action.type === "tool_call") return undefined;
  const { key } = action.parameters;
  return typeof key === "string" && compileTemplate(key) === undefined ? key : undefined;
}

function readKeys(action: Action): readonly string[] {
  if (!hasReadKeys(action)) return NO_KEYS;
  const keys = [...action.state_dependencies, ...action.read_set];
  for (const { key } of action.preconditions) keys.push(key);
  for (const { key } of action.assumptions) keys.push(key);
  const own = action.type === "state_read" || action.type === "assertion" ? literalKeyOf(action) : undefined;
  if (own !== undefined) keys.push(own);
  return keys;
}

function hasReadKeys(action: Action): boolean {
  return (
    action.type === "state_read" ||
    action.type === "assertion" ||
    action.state_dependencies.length > 0 ||
    action.preconditions.length > 0 ||
    action.assumptions.length > 0 ||
    action.read_set.length > 0
  );
}

function writeKeys(action: Action, effects: readonly ToolEffect[]): readonly string[] {
  const own = action.type === "state_write" ? literalKeyOf(action) : undefined;
  const claimed = Object.keys(action.expected_effects);
  if (own === undefined && effects.length === 0 && action.write_set.length === 0) return claimed;
  const keys = [...claimed, ...action.write_set];
  for (const effect of effects) keys.push(effectKey(effect));
  if (own !== undefined) keys.push(own);
  return keys;
}
