import type { Action } from "../action/action.js";
import { isPrefixPattern } from "../state/key-pattern.js";
import { compileTemplate } from "../reference/template.js";
import type { ToolEffect } from "../tool/tool-schema.js";

/** State keys, exact or `prefix*`, that one action may read and write. A key may stand in both lists, or twice in one. */
export interface KeyAccess {
  /** The action's `state_dependencies` stand first. */
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

/** True when any of the keys is a `prefix*`. */
export function hasPatterns({ reads, writes }: KeyAccess): boolean {
  return reads.some(isPrefixPattern) || writes.some(isPrefixPattern);
}

/** The key of a tool's declared effect. */
export function effectKey(effect: ToolEffect): string {
  return typeof effect === "string" ? effect : effect.key;
}

/**
 * The literal key of a state action, escapes undone; `undefined` when it is a reference or the action is a tool call.
 */
export function literalKeyOf(action: Action): string | undefined {
  if (action.type === "tool_call") return undefined;
  const { key } = action.parameters;
  if (typeof key !== "string") return undefined;
  const template = compileTemplate(key);
  if (template === undefined) return key;
  if (template.references.length > 0) return undefined;
  const resolution = template.resolve(() => undefined);
  return resolution.ok ? (resolution.value as string) : undefined;
}

function readKeys(action: Action): readonly string[] {
  if (!readsMore(action)) return action.state_dependencies;
  const keys = [...action.state_dependencies, ...action.read_set];
  for (const { key } of action.preconditions) keys.push(key);
  for (const { key } of action.assumptions) keys.push(key);
  const own = action.type === "state_read" || action.type === "assertion" ? literalKeyOf(action) : undefined;
  if (own !== undefined) keys.push(own);
  return keys;
}

/** False when the dependencies are all that the action reads. */
function readsMore(action: Action): boolean {
  return (
    action.type === "state_read" ||
    action.type === "assertion" ||
    action.preconditions.length > 0 ||
    action.assumptions.length > 0 ||
    action.read_set.length > 0
  );
}

/** Most actions claim nothing, and then no list is made. */
function keysOf(claims: Action["expected_effects"]): readonly string[] {
  for (const _key in claims) return Object.keys(claims);
  return NO_KEYS;
}

function writeKeys(action: Action, effects: readonly ToolEffect[]): readonly string[] {
  const own = action.type === "state_write" ? literalKeyOf(action) : undefined;
  const claimed = keysOf(action.expected_effects);
  if (own === undefined && effects.length === 0 && action.write_set.length === 0) return claimed;
  const keys = [...claimed, ...action.write_set];
  for (const effect of effects) keys.push(effectKey(effect));
  if (own !== undefined) keys.push(own);
  return keys;
}
