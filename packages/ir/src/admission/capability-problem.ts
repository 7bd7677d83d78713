import type { Action } from "../action/action.js";
import type { CapabilityGuard } from "../config/capability-guard.js";
import type { KeyAccess } from "../graph/key-access.js";
import type { Reason } from "../result/reason.js";

/** Why the capability set does not let an action be: its tool, or keys that it may read or write by any path. */
export function capabilityProblem(
  action: Action,
  { reads, writes }: KeyAccess,
  capabilities: CapabilityGuard,
): Reason | undefined {
  if (action.type === "tool_call" && !capabilities.allowsTool(action.tool)) return toolOutside(action.tool);
  if (!capabilities.restrictsKeys || (allAllowed(reads, capabilities) && allAllowed(writes, capabilities))) {
    return undefined;
  }
  const denied = [...new Set([...reads, ...writes])].filter((key) => !capabilities.allowsKey(key));
  const names = denied.map((key) => `\`${key}\``).join(", ");
  return { code: "capability_denied", message: `state key ${names} is outside the capability set`, keys: denied };
}

function allAllowed(keys: readonly string[], capabilities: CapabilityGuard): boolean {
  for (const key of keys) if (!capabilities.allowsKey(key)) return false;
  return true;
}

/** Said of a tool that the capability set does not have. */
export function toolOutside(name: string): Reason {
  return { code: "capability_denied", message: `tool \`${name}\` is outside the capability set` };
}
