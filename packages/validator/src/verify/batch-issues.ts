import {
  type Action,
  type ActionGraph,
  type ActionProposal,
  effectiveReversibility,
  mayAbort,
  type Reason,
} from "@car/ir";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** Issues of the proposal as a whole, or of how its actions stand to each other. */
export function batchIssues(context: VerifyContext, { actions }: ActionProposal, graph: ActionGraph): VerifyIssue[] {
  return [
    ...budgetIssues(context, actions),
    ...modeIssues(actions),
    ...lateIssues(context, actions, graph),
    ...compensationIssues(context, actions),
    ...residueIssues(context, actions, graph),
  ];
}

/** Issues that forbid a walk: the proposal is too long for its limits or its capability set. */
export function sizeIssues({ limits, capabilities }: VerifyContext, { actions }: ActionProposal): VerifyIssue[] {
  const issues: VerifyIssue[] = [];
  const check = (code: Reason["code"], allowed: number | undefined, whose: string): void => {
    if (allowed === undefined || actions.length <= allowed) return;
    issues.push(whole("error", code, `the proposal has ${actions.length} actions, ${whose} allows ${allowed}`));
  };
  check("invalid", limits.max_actions, "the limit");
  check("capability_denied", capabilities?.max_actions, "the capability set");
  return issues;
}

function whole(severity: VerifyIssue["severity"], code: VerifyIssue["code"], message: string): VerifyIssue {
  return { severity, code, message, tier: "decision_procedure" };
}

function budgetIssues({ budget }: VerifyContext, actions: readonly Action[]): VerifyIssue[] {
  const calls = actions.filter(({ type }) => type === "tool_call").length;
  const issues: VerifyIssue[] = [];
  if (budget?.max_tool_calls !== undefined && calls > budget.max_tool_calls) {
    const message = `${calls} tool calls do not fit into the budget of ${budget.max_tool_calls} (cached ones would)`;
    issues.push(whole("warning", "budget_exceeded", message));
  }
  if (budget?.max_actions !== undefined && actions.length > budget.max_actions) {
    const message = `${actions.length} actions do not fit into the budget of ${budget.max_actions}`;
    issues.push(whole("warning", "budget_exceeded", message));
  }
  return issues;
}

function modeIssues(actions: readonly Action[]): VerifyIssue[] {
  return actions
    .filter(({ invocation_mode }) => invocation_mode !== "one_shot")
    .map(({ id, invocation_mode }) => ({
      ...whole("error", "unsupported", `invocation mode \`${invocation_mode}\` is not supported, use \`one_shot\``),
      action_id: id,
    }));
}

function lateIssues({ state }: VerifyContext, actions: readonly Action[], { late }: ActionGraph): VerifyIssue[] {
  return late
    .filter(({ key }) => state.get(key).value === undefined)
    .map(({ action, key, writer }) => ({
      ...whole(
        "error",
        "invalid",
        `depends on state key \`${key}\`, which only the later action \`${actions[writer]!.id}\` writes`,
      ),
      action_id: actions[action]!.id,
    }));
}

function compensationIssues({ tools }: VerifyContext, actions: readonly Action[]): VerifyIssue[] {
  return actions.flatMap(({ id, compensation }) => {
    if (compensation?.type !== "tool" || tools === undefined || tools.has(compensation.tool)) return [];
    return [
      { ...whole("error", "unknown_tool", `compensation: tool \`${compensation.tool}\` is not known`), action_id: id },
    ];
  });
}

/** Names what cannot be undone and yet must happen before something that may still undo the batch. */
function residueIssues({ tools }: VerifyContext, actions: readonly Action[], graph: ActionGraph): VerifyIssue[] {
  const later = abortingDescendants(actions, graph);
  return actions.flatMap((action, index) => {
    const schema = action.type === "tool_call" ? tools?.get(action.tool)?.schema : undefined;
    const follower = later[index];
    if (follower === undefined || effectiveReversibility(action, schema) !== "irreversible") return [];
    const message = `cannot be undone, but \`${actions[follower]!.id}\` comes after it and may still undo the batch`;
    return [{ ...whole("warning", "irreversible_before_abort", message), action_id: action.id }];
  });
}

/** For each action one that may abort and has to wait for it, directly or not. */
function abortingDescendants(
  actions: readonly Action[],
  { order, offsets, targets }: ActionGraph,
): (number | undefined)[] {
  const found = new Array<number | undefined>(actions.length).fill(undefined);
  for (let at = order.length - 1; at >= 0; at--) {
    const index = order[at]!;
    for (let edge = offsets[index]!; edge < offsets[index + 1]! && found[index] === undefined; edge++) {
      const target = targets[edge]!;
      found[index] = mayAbort(actions[target]!) ? target : found[target];
    }
  }
  return found;
}
