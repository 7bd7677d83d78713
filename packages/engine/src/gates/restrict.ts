import type { CapabilityGuard, Reason } from "@car/ir";
import { rejected } from "../run/outcome.js";
import { type GateRun, type GateSlot, type GateVerdict, PROCEED } from "./gate.js";

/** Nothing calls a tool that the host has taken back, compensations included. */
export function refuseRevoked(_run: GateRun, { tool }: GateSlot): GateVerdict {
  if (tool?.revoked !== true) return PROCEED;
  return rejected({ code: "revoked", message: `tool \`${tool.schema.name}\` has been revoked` });
}

/** Holds an action to the capability set: its tool, and every key it may read or write by any path. */
export function restrict(run: GateRun, slot: GateSlot): GateVerdict {
  const { capabilities } = run.config;
  if (capabilities === undefined) return PROCEED;
  const reason = toolReason(slot, capabilities) ?? keyReason(run, slot, capabilities);
  return reason === undefined ? PROCEED : rejected(reason);
}

function toolReason({ action }: GateSlot, capabilities: CapabilityGuard): Reason | undefined {
  if (action.type !== "tool_call" || capabilities.allowsTool(action.tool)) return undefined;
  return { code: "capability_denied", message: `tool \`${action.tool}\` is outside the capability set` };
}

function keyReason(
  run: GateRun,
  { index, action, parameters }: GateSlot,
  capabilities: CapabilityGuard,
): Reason | undefined {
  if (!capabilities.restrictsKeys) return undefined;
  const { reads, writes } = run.plan.graph.access[index]!;
  const keys = [...reads, ...writes];
  if (action.type !== "tool_call") keys.push(parameters["key"] as string);
  const denied = [...new Set(keys.filter((key) => !capabilities.allowsKey(key)))];
  if (denied.length === 0) return undefined;
  const names = denied.map((key) => `\`${key}\``).join(", ");
  return { code: "capability_denied", message: `state key ${names} is outside the capability set`, keys: denied };
}
