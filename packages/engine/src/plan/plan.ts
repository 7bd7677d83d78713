import {
  type Action,
  type ActionGraph,
  type ActionProposal,
  admissionProblems,
  type AdmissionInput,
  buildActionGraph,
  plainGraph,
  proposalFacts,
  type Reason,
  sizeProblems,
} from "@car/ir";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import { lockSetOf, type LockSet } from "./lock-set.js";
import { CHECKED, planFlags } from "./plan-flags.js";

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
  /** What is certain against it before anything has run. A plan with refusals is not begun. */
  readonly refusals: readonly Reason[];
}

/** A plan, or every reason why the proposal has none. */
export type PlanResult = { readonly plan: Plan } | { readonly problems: readonly Reason[] };

/** Turns a proposal into a plan under one configuration. Pure. */
export function buildPlan(proposal: ActionProposal, config: ConfigSnapshot): PlanResult {
  const { hash, plain, actions } = proposalFacts(proposal);
  const { capabilities, limits } = config;
  const size = sizeProblems(actions.length, limits, capabilities);
  // Too many actions for the limit are not even looked at; too many for the agent are, so that it learns all at once.
  if (actions.length > limits.max_actions) return { problems: size };

  const tools = toolsOf(actions, config);
  const built = plain && !tools.some(hasEffects) ? { graph: plainGraph(actions.length) } : graphOf(actions, config);
  const admission = { actions, tools, known: config.tools, capabilities };
  if ("problems" in built) {
    return { problems: [...size, ...built.problems, ...admissionProblems({ ...admission, graph: built.parts })] };
  }
  const { graph } = built;
  const { flags, ordered } = planFlags(actions, { graph, tools, schedule: config.schedule });
  const refusals = checked({ ...admission, graph }, flags);
  if (size.length > 0) return { problems: [...size, ...refusals] };
  const locks = lockSetOf(actions, { graph, tools, policy: config.policy, allTools: config.tools });
  return {
    plan: { proposal, hash, actions, graph, tools, flags, ordered, actionIds: idsOf(actions), locks, refusals },
  };
}

function checked(input: AdmissionInput, flags: number[]): readonly Reason[] {
  return admissionProblems(input, (index) => {
    flags[index]! |= CHECKED;
  });
}

function hasEffects(tool: RegisteredTool | undefined): boolean {
  return tool !== undefined && tool.effectKeys.length > 0;
}

function graphOf(actions: readonly Action[], { effectsOf }: ConfigSnapshot): ReturnType<typeof buildActionGraph> {
  return buildActionGraph({ actions, effectsOf });
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
