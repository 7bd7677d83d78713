import { capabilityProblem } from "@car/ir/internal";
import { rejected } from "../run/outcome.js";
import { type GateRun, type GateSlot, type GateVerdict, PROCEED } from "./gate.js";

/** Nothing calls a tool that the host has taken back, compensations included. */
export function refuseRevoked(_run: GateRun, { tool }: GateSlot): GateVerdict {
  if (tool?.revoked !== true) return PROCEED;
  return rejected({ code: "revoked", message: `tool \`${tool.schema.name}\` has been revoked` });
}

/** Holds an action to the capability set: its tool, and every key it may read or write by any path. */
export function restrict({ config, plan }: GateRun, { index, action, parameters }: GateSlot): GateVerdict {
  const { capabilities } = config;
  if (capabilities === undefined) return PROCEED;
  const { reads, writes } = plan.graph.access[index]!;
  // The key of an action on the state may have come out of a reference.
  const touched = action.type === "tool_call" ? writes : [...writes, parameters["key"] as string];
  const reason = capabilityProblem(action, { reads, writes: touched }, capabilities);
  return reason === undefined ? PROCEED : rejected(reason);
}
