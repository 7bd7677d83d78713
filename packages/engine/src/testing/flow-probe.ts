import { ALLOW, type PolicyEngine } from "@car/ir/ports";

/** A policy that allows everything and notes the labels of each action's parameters, by action id. */
export function flowProbe(endorses: (tool: string) => readonly string[] = () => []) {
  const seen: Record<string, readonly string[]> = {};
  const policy: PolicyEngine = {
    version: "probe",
    supports: { rateLimits: false, flow: true },
    check({ action, flow }) {
      seen[action.id] = flow?.labels() ?? ["no flow"];
      return ALLOW;
    },
    endorses,
  };
  return { policy, seen };
}
