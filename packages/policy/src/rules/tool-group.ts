import { matchesKey } from "@car/ir";
import type { PolicyHistory, PolicyPlan } from "@car/ir/ports";

/** Calls of all tools that a pattern means. */
export function callsOfPattern(history: PolicyHistory | undefined, pattern: string): number {
  return sum(history, pattern, "calls");
}

/** Calls of all tools that a pattern means, as far as they succeeded. */
export function succeededOfPattern(history: PolicyHistory | undefined, pattern: string): number {
  return sum(history, pattern, "succeeded");
}

function sum(history: PolicyHistory | undefined, pattern: string, what: "calls" | "succeeded"): number {
  if (history === undefined) return 0;
  if (!pattern.endsWith("*")) return history[what](pattern);
  let count = 0;
  for (const tool of history.tools()) if (matchesKey(pattern, tool)) count += history[what](tool);
  return count;
}

/** The tool of an action of a plan, or `undefined` for an action on the state. */
export function toolOf({ actions }: PolicyPlan, index: number): string | undefined {
  const action = actions[index]!;
  return action.type === "tool_call" ? action.tool : undefined;
}

/** Whether an action of a plan is a call of a tool that a pattern means. */
export function isCallOf(plan: PolicyPlan, index: number, pattern: string): boolean {
  const tool = toolOf(plan, index);
  return tool !== undefined && matchesKey(pattern, tool);
}
