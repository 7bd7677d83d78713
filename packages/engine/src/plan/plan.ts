import {
  type Action,
  type ActionGraph,
  type ActionGraphResult,
  type ActionProposal,
  buildActionGraph,
  plainGraph,
  proposalFacts,
  type Reason,
} from "@car/ir";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import { compensationProblems } from "./compensation-problems.js";
import { lockSetOf, type LockSet } from "./lock-set.js";
import { planFlags } from "./plan-flags.js";

/** A proposal, ready to run: pure data, built once. Index = position in the proposal. */
export interface Plan {
  readonly proposal: ActionProposal;
  /** See `proposalHash`. */
  readonly hash: string;
  readonly actions: readonly Action[];
  readonly graph: ActionGraph;
  readonly tools: readonly (RegisteredTool | undefined)[];
  /** Bits of `plan-flags.ts`. */
  readonly flags: readonly number[];
  /** True when something irreversible may have to wait for something that may abort. */
  readonly ordered: boolean;
  readonly actionIds: readonly string[];
  readonly locks: LockSet;
}

/** A plan, or every reason to refuse the proposal whole. */
export type PlanResult = { readonly plan: Plan } | { readonly problems: readonly Reason[] };

const NO_PROBLEMS: readonly Reason[] = Object.freeze([]);

/** Admission: turns a proposal into a plan under one configuration. Pure. */
export function buildPlan(proposal: ActionProposal, config: ConfigSnapshot): PlanResult {
  const { hash, plain, actions } = proposalFacts(proposal);
  const size = sizeProblems(actions, config);
  // Too many actions for the limit are not even looked at; too many for the agent are, so that it learns all at once.
  if (actions.length > config.limits.max_actions) return { problems: size };

  const tools = toolsOf(actions, config);
  const built = plain && !tools.some(hasEffects) ? { graph: plainGraph(actions.length) } : graphOf(actions, config);
  if ("problems" in built) return { problems: [...size, ...built.problems] };
  if (size.length > 0) return { problems: size };

  const { graph } = built;
  const { flags, ordered } = planFlags(actions, { graph, tools, schedule: config.schedule });
  return {
    plan: {
      proposal,
      hash,
      actions,
      graph,
      tools,
      flags,
      ordered,
      actionIds: idsOf(actions),
      locks: lockSetOf(actions, { graph, tools, policy: config.policy, allTools: config.tools }),
    },
  };
}

function hasEffects(tool: RegisteredTool | undefined): boolean {
  return tool !== undefined && tool.effectKeys.length > 0;
}

function graphOf(actions: readonly Action[], config: ConfigSnapshot): ActionGraphResult {
  const built = buildActionGraph({ actions, effectsOf: config.effectsOf });
  const problems = [...modeProblems(actions), ...compensationProblems(actions, config)];
  if ("problems" in built) return { problems: [...problems, ...built.problems] };
  return problems.length > 0 ? { problems } : built;
}

function sizeProblems(actions: readonly Action[], { limits, capabilities }: ConfigSnapshot): readonly Reason[] {
  const granted = capabilities?.maxActions;
  if (actions.length <= Math.min(limits.max_actions, granted ?? limits.max_actions)) return NO_PROBLEMS;
  const problems: Reason[] = [];
  if (actions.length > limits.max_actions) {
    const message = `the proposal has ${actions.length} actions, at most ${limits.max_actions} are allowed`;
    problems.push({ code: "invalid", message, limit: "max_actions" });
  }
  if (granted !== undefined && actions.length > granted) {
    const message = `the proposal has ${actions.length} actions, the capability set allows ${granted}`;
    problems.push({ code: "capability_denied", message, limit: "max_actions" });
  }
  return problems;
}

function toolsOf(actions: readonly Action[], { tools }: ConfigSnapshot): (RegisteredTool | undefined)[] {
  const found = new Array<RegisteredTool | undefined>(actions.length);
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index]!;
    found[index] = action.type === "tool_call" ? tools.get(action.tool) : undefined;
  }
  return found;
}

function idsOf(actions: readonly Action[]): readonly string[] {
  const ids = new Array<string>(actions.length);
  for (let index = 0; index < actions.length; index++) ids[index] = actions[index]!.id;
  return ids;
}

function modeProblems(actions: readonly Action[]): readonly Reason[] {
  const problems: Reason[] = [];
  for (const { id, invocation_mode } of actions) {
    if (invocation_mode === "one_shot") continue;
    const message = `invocation mode \`${invocation_mode}\` is not supported, use \`one_shot\``;
    problems.push({ code: "unsupported", action_id: id, message });
  }
  return problems;
}
