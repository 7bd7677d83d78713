import { matchesKey } from "@car/ir";
import type { Visited } from "./action-issues.js";
import { error } from "./issue.js";
import { certainProblems } from "./parameter-issues.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** What is wrong with an action whatever the state is: its tool, its parameters, what it may touch. */
export function staticIssues(context: VerifyContext, visited: Visited): VerifyIssue[] {
  return [...toolIssues(context, visited), ...capabilityIssues(context, visited)];
}

/** Whether the capability set has the tool. A denial wins over an allowance. */
export function allowsTool({ capabilities }: VerifyContext, name: string): boolean {
  const { allowed_tools: allowed, denied_tools: denied } = capabilities ?? {};
  return denied?.includes(name) !== true && allowed?.includes(name) !== false;
}

function toolIssues({ tools }: VerifyContext, { action }: Visited): VerifyIssue[] {
  if (action.type !== "tool_call" || tools === undefined) return [];
  const tool = tools.get(action.tool);
  if (tool === undefined) {
    return [error(action, { code: "unknown_tool", message: `tool \`${action.tool}\` is not known` })];
  }
  return certainProblems(tool, action.parameters).map(({ path, message }) =>
    error(action, { code: "invalid", message: `parameters${path}: ${message}` }),
  );
}

function capabilityIssues(context: VerifyContext, { action, index, graph }: Visited): VerifyIssue[] {
  const issues: VerifyIssue[] = [];
  const deny = (what: string): void => {
    issues.push(error(action, { code: "capability_denied", message: `${what} is outside the capability set` }));
  };
  if (action.type === "tool_call" && !allowsTool(context, action.tool)) deny(`tool \`${action.tool}\``);
  const allowed = context.capabilities?.allowed_state_keys;
  if (allowed === undefined) return issues;
  const { reads, writes } = graph.access[index]!;
  for (const key of new Set([...reads, ...writes])) {
    if (!allowed.some((pattern) => matchesKey(pattern, key))) deny(`state key \`${key}\``);
  }
  return issues;
}
