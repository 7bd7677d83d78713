import { canonicalJson } from "@car/ir";
import type { PolicyHistory } from "@car/ir/ports";
import type { EarlierCall } from "./policy-situation.js";

/** A session in which these calls were made. */
export function situationHistory(earlier: readonly EarlierCall[]): PolicyHistory {
  const count = (tool: string, doesCount: (call: EarlierCall) => boolean): number =>
    earlier.reduce((sum, call) => (call.tool === tool && doesCount(call) ? sum + (call.times ?? 1) : sum), 0);
  return {
    tools: () => new Set(earlier.map(({ tool }) => tool)),
    calls: (tool) => count(tool, () => true),
    succeeded: (tool) => count(tool, ({ succeeded }) => succeeded ?? true),
    values: (tool, param) => {
      const calls = earlier.filter((call) => call.tool === tool);
      return new Set(calls.map(({ parameters = {} }) => canonicalJson(ownMember(parameters, param) ?? null)));
    },
  };
}

function ownMember<T>(members: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
