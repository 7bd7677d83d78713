import {
  type Action,
  type ActionGraph,
  type ActionProposal,
  buildActionGraph,
  type Reason,
  type ToolEffect,
} from "@car/ir";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import { compensationProblems } from "./compensation-problems.js";
import { lockSetOf, type LockSet } from "./lock-set.js";
import { planFlags } from "./plan-flags.js";

/** A proposal, ready to run: pure data, built once. Index = position in the proposal. */
export interface Plan {
  readonly proposal: ActionProposal;
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

const NO_EFFECTS: readonly ToolEffect[] = Object.freeze([]);

/** Admission: turns a proposal into a plan under one configuration. Pure. */
export function buildPlan(proposal: ActionProposal, config: ConfigSnapshot): PlanResult {
  const { actions } = proposal;
  const problems = sizeProblems(actions, config);
  if (problems.length > 0) return { problems };

  const tools = actions.map((action) => (action.type === "tool_call" ? config.tools.get(action.tool) : undefined));
  const effectsOf = (tool: string): readonly ToolEffect[] => config.tools.get(tool)?.schema.effects ?? NO_EFFECTS;
  const built = buildActionGraph({ actions, effectsOf });
  const more = [
    ...actions.filter(({ invocation_mode }) => invocation_mode !== "one_shot").map(modeProblem),
    ...compensationProblems(actions, config),
  ];
  if ("problems" in built) return { problems: [...built.problems, ...more] };
  if (more.length > 0) return { problems: more };

  const { graph } = built;
  const { flags, ordered } = planFlags(actions, { graph, tools, schedule: config.schedule });
  return {
    plan: {
      proposal,
      graph,
      tools,
      flags,
      ordered,
      actionIds: actions.map(({ id }) => id),
      locks: lockSetOf(actions, { graph, tools, policy: config.policy, allTools: config.tools }),
    },
  };
}

function sizeProblems(actions: readonly Action[], { limits, capabilities }: ConfigSnapshot): Reason[] {
  const problems: Reason[] = [];
  if (actions.length > limits.max_actions) {
    const message = `the proposal has ${actions.length} actions, at most ${limits.max_actions} are allowed`;
    problems.push({ code: "invalid", message, limit: "max_actions" });
  }
  const granted = capabilities?.maxActions;
  if (granted !== undefined && actions.length > granted) {
    const message = `the proposal has ${actions.length} actions, the capability set allows ${granted}`;
    problems.push({ code: "capability_denied", message, limit: "max_actions" });
  }
  return problems;
}

function modeProblem(action: Action): Reason {
  const message = `invocation mode \`${action.invocation_mode}\` is not supported, use \`one_shot\``;
  return { code: "unsupported", action_id: action.id, message };
}

