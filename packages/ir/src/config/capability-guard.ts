import { KeyPatterns } from "../state/key-patterns.js";
import type { Capabilities } from "./capabilities.js";

/** A capability set, indexed. */
export interface CapabilityGuard {
  /** The set itself. */
  readonly set: Capabilities;
  readonly maxActions: number | undefined;
  readonly restrictsKeys: boolean;
  allowsTool(name: string): boolean;
  /** For a pattern: whether every key it covers is allowed. */
  allowsKey(keyOrPattern: string): boolean;
}

/** Indexes a capability set. A denial wins over an allowance; an absent list allows all. */
export function capabilityGuard(capabilities: Capabilities): CapabilityGuard {
  const allowed = capabilities.allowed_tools && new Set(capabilities.allowed_tools);
  const denied = new Set(capabilities.denied_tools);
  const keys = capabilities.allowed_state_keys && new KeyPatterns();
  for (const pattern of capabilities.allowed_state_keys ?? []) keys!.add(pattern);
  return {
    set: capabilities,
    maxActions: capabilities.max_actions,
    restrictsKeys: keys !== undefined,
    allowsTool: (name) => !denied.has(name) && (allowed === undefined || allowed.has(name)),
    allowsKey: (key) => keys === undefined || keys.covers(key),
  };
}
