import type { Action, Reason } from "@car/ir";
import type { ConfigSnapshot } from "../config/config-snapshot.js";

/**
 * What is wrong with the compensations that the proposer wrote, as far as it can be told before anything has run.
 * Where the host declared one for the tool, the proposer's does not count and is not looked at.
 */
export function compensationProblems(actions: readonly Action[], config: ConfigSnapshot): Reason[] {
  const problems: Reason[] = [];
  for (const action of actions) {
    if (action.compensation?.type !== "tool" || action.type !== "tool_call") continue;
    if (config.tools.get(action.tool)?.schema.compensation !== undefined) continue;
    const problem = problemOf(action.compensation, config);
    if (problem !== undefined) problems.push({ ...problem, action_id: action.id });
  }
  return problems;
}

type ToolCompensation = Extract<Action["compensation"], { type: "tool" }>;

function problemOf({ tool: name, parameters }: ToolCompensation, config: ConfigSnapshot): Reason | undefined {
  const tool = config.tools.get(name);
  if (tool === undefined) return { code: "unknown_tool", message: `compensation: tool \`${name}\` is not known` };
  if (config.capabilities?.allowsTool(name) === false) {
    return { code: "capability_denied", message: `compensation: tool \`${name}\` is outside the capability set` };
  }
  // Parameters that stand for an output are checked when there is one.
  if (JSON.stringify(parameters).includes("$")) return undefined;
  const problems = tool.parameters.check(parameters).map(({ path, message }) => ({
    path: `compensation.parameters${path}`,
    message,
  }));
  if (problems.length === 0) return undefined;
  return { code: "invalid", message: problems.map(({ path, message }) => `${path}: ${message}`).join("; "), problems };
}
