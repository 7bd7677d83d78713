import { type Action, type ActionGraph, checkCondition, jsonEqual, literalKeyOf, type Reason } from "@car/ir";
import { certainProblems } from "./parameter-issues.js";
import { policyIssues } from "./policy-issues.js";
import type { VerifyContext } from "./verify-options.js";
import type { IssueTier, VerifyIssue } from "./verify-report.js";

/** One action in the walk. */
export interface Visited {
  readonly action: Action;
  readonly index: number;
  readonly graph: ActionGraph;
  readonly proposalId: string;
}

/** Everything that can be said of one action, given what the actions before it leave. */
export async function actionIssues(context: VerifyContext, visited: Visited): Promise<VerifyIssue[]> {
  return [
    ...toolIssues(context, visited),
    ...capabilityIssues(context, visited),
    ...stateIssues(context, visited.action),
    ...(await policyIssues(context, visited)),
  ];
}

function toolIssues({ tools }: VerifyContext, { action }: Visited): VerifyIssue[] {
  if (action.type !== "tool_call" || tools === undefined) return [];
  const tool = tools.get(action.tool);
  if (tool === undefined)
    return [error(action, { code: "unknown_tool", message: `tool \`${action.tool}\` is not known` })];
  return certainProblems(tool.parameters, action.parameters).map(({ path, message }) =>
    error(action, { code: "invalid", message: `parameters${path}: ${message}` }),
  );
}

function capabilityIssues({ capabilities }: VerifyContext, { action, index, graph }: Visited): VerifyIssue[] {
  if (capabilities === undefined) return [];
  const issues: VerifyIssue[] = [];
  const { allowed_tools: allowed, denied_tools: denied, allowed_state_keys: keys } = capabilities;
  if (
    action.type === "tool_call" &&
    (denied?.includes(action.tool) === true || allowed?.includes(action.tool) === false)
  ) {
    issues.push(
      error(action, { code: "capability_denied", message: `tool \`${action.tool}\` is outside the capability set` }),
    );
  }
  if (keys === undefined) return issues;
  const { reads, writes } = graph.access[index]!;
  const covered = (key: string): boolean =>
    keys.some((pattern) => pattern === key || (pattern.endsWith("*") && key.startsWith(pattern.slice(0, -1))));
  for (const key of new Set([...reads, ...writes].filter((each) => !covered(each)))) {
    issues.push(
      error(action, { code: "capability_denied", message: `state key \`${key}\` is outside the capability set` }),
    );
  }
  return issues;
}

function stateIssues(context: VerifyContext, action: Action): VerifyIssue[] {
  const { state } = context;
  const issues: VerifyIssue[] = [];
  for (const { key, operator, value } of action.preconditions) {
    issues.push(...conditionIssues(context, action, { what: "precondition", key, operator, expected: value }));
  }
  for (const key of action.state_dependencies) {
    const now = state.get(key);
    if (!now.known) issues.push(undecided(action, `whether state key \`${key}\` is there depends on a tool`));
    else if (now.value === undefined)
      issues.push(error(action, { code: "dependency_missing", message: `state key \`${key}\` is not there` }));
  }
  for (const assumption of action.assumptions) issues.push(...assumptionIssues(context, action, assumption));
  if (action.type === "assertion") {
    const key = literalKeyOf(action);
    const { operator, expected = null } = action.parameters;
    if (key === undefined) issues.push(undecided(action, "the key is known only when it runs"));
    else issues.push(...conditionIssues(context, action, { what: "assertion", key, operator, expected }));
  }
  return issues;
}

interface StateCondition {
  readonly what: string;
  readonly key: string;
  readonly operator: string;
  readonly expected: Action["expected_effects"][string];
}

function conditionIssues({ state }: VerifyContext, action: Action, condition: StateCondition): VerifyIssue[] {
  const now = state.get(condition.key);
  if (!now.known)
    return [undecided(action, `a tool may change \`${condition.key}\` before the ${condition.what} is checked`)];
  const problem = checkCondition(condition, now.value);
  if (problem === undefined) return [];
  const message = `${condition.what} does not hold: ${problem}`;
  return [error(action, { code: "precondition_failed", message }, now.claimed ? "heuristic" : "decision_procedure")];
}

function assumptionIssues(
  { state }: VerifyContext,
  action: Action,
  { key, expected_value, read_version }: Action["assumptions"][number],
): VerifyIssue[] {
  const issues: VerifyIssue[] = [];
  const now = state.get(key);
  if (expected_value !== undefined && !now.known) issues.push(undecided(action, `a tool may change \`${key}\``));
  else if (expected_value !== undefined && !jsonEqual(now.value, expected_value)) {
    const tier = now.claimed ? "heuristic" : "decision_procedure";
    issues.push(
      error(action, { code: "assumption_stale", message: `\`${key}\` no longer has the assumed value` }, tier),
    );
  }
  const version = state.version(key);
  if (read_version !== undefined && read_version !== version) {
    const message = `\`${key}\` is at version ${version}, version ${read_version} was assumed`;
    issues.push(error(action, { code: "assumption_stale", message }));
  }
  return issues;
}

/** An issue that stops its action. */
export function error(
  action: Pick<Action, "id">,
  { code, message }: Pick<Reason, "code" | "message">,
  tier: IssueTier = "decision_procedure",
): VerifyIssue {
  return { action_id: action.id, severity: "error", code, message, tier };
}

/** Said instead of a guess. */
export function undecided(action: Pick<Action, "id">, message: string): VerifyIssue {
  return { action_id: action.id, severity: "info", code: "undecided", message, tier: "decision_procedure" };
}
