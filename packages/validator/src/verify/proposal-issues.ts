import type { Action, ActionProposal } from "@car/ir";
import { error, whole } from "./issue.js";
import { allowsTool } from "./static-issues.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** Issues for which a proposal is refused whole, as far as they can be found without its graph. */
export function proposalIssues(context: VerifyContext, { actions }: ActionProposal): VerifyIssue[] {
  return [...modeIssues(actions), ...actions.flatMap((action) => compensationIssues(context, action))];
}

/** Issues that forbid a walk: the proposal is too long for its limits or its capability set. */
export function sizeIssues({ limits, capabilities }: VerifyContext, { actions }: ActionProposal): VerifyIssue[] {
  const issues: VerifyIssue[] = [];
  const check = (code: VerifyIssue["code"], allowed: number | undefined, whose: string): void => {
    if (allowed === undefined || actions.length <= allowed) return;
    const message = `the proposal has ${actions.length} actions, ${whose} allows ${allowed}`;
    issues.push(whole("error", { code, message }));
  };
  check("invalid", limits.max_actions, "the limit");
  check("capability_denied", capabilities?.max_actions, "the capability set");
  return issues;
}

function modeIssues(actions: readonly Action[]): VerifyIssue[] {
  return actions
    .filter(({ invocation_mode }) => invocation_mode !== "one_shot")
    .map((action) => {
      const message = `invocation mode \`${action.invocation_mode}\` is not supported, use \`one_shot\``;
      return error(action, { code: "unsupported", message });
    });
}

/** Where the host declared a compensation for the tool, the proposer's does not count and is not looked at. */
function compensationIssues(context: VerifyContext, action: Action): VerifyIssue[] {
  const { compensation } = action;
  if (action.type !== "tool_call" || compensation?.type !== "tool") return [];
  if (context.tools?.get(action.tool)?.schema.compensation !== undefined) return [];
  const { tool: name, parameters } = compensation;
  const tool = context.tools?.get(name);
  if (tool === undefined && context.tools !== undefined) {
    return [error(action, { code: "unknown_tool", message: `compensation: tool \`${name}\` is not known` })];
  }
  if (!allowsTool(context, name)) {
    const message = `compensation: tool \`${name}\` is outside the capability set`;
    return [error(action, { code: "capability_denied", message })];
  }
  // Parameters that stand for an output are checked when there is one.
  if (tool === undefined || JSON.stringify(parameters).includes("$")) return [];
  return tool.parameters
    .check(parameters)
    .map(({ path, message }) =>
      error(action, { code: "invalid", message: `compensation.parameters${path}: ${message}` }),
    );
}
