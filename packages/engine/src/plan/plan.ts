import type { Action, ActionProposal, Reason } from "@car/ir";
import {
  type ActionGraph,
  admissionProblems,
  type AdmissionInput,
  buildActionGraph,
  plainGraph,
  proposalFacts,
  sizeProblems,
} from "@car/ir/internal";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import { lockSetOf, type LockSet } from "./lock-set.js";
import { CHECKED, setFlags } from "./plan-flags.js";

/** A proposal, ready to run: pure data, built once. Index = position in the proposal. */
export interface Plan {
  readonly proposal: ActionProposal;
  readonly actions: readonly Action[];
  readonly graph: ActionGraph;
  readonly tools: readonly (RegisteredTool | undefined)[];
  /** Bits of `plan-flags.ts`. */
  readonly flags: readonly number[];
  /** True when something irreversible may have to wait for something that may abort. */
  readonly ordered: boolean;
  readonly locks: LockSet;
  /** What is certain against it before anything has run. A plan with refusals is not begun. */
  readonly refusals: readonly Reason[];
}

/** A plan, or every reason why the proposal has none. */
export type PlanResult = Plan | { readonly problems: readonly Reason[] };

/** Turns a proposal into a plan under one configuration. Pure. */
export function buildPlan(proposal: ActionProposal, config: ConfigSnapshot): PlanResult {
  const { plain, actions } = proposalFacts(proposal);
  const { capabilities, limits } = config;
  const size = sizeProblems(actions.length, limits, capabilities);
  // Too many actions for the limit are not even looked at; too many for the agent are, so that it learns all at once.
  if (actions.length > limits.max_actions) return { problems: size };

  const tools = toolsOf(actions, config);
  const built = plain && !tools.some(hasEffects) ? plainGraph(actions.length) : graphOf(actions, config);
  if ("problems" in built) {
    const admission = { actions, tools, known: config.tools, capabilities, graph: built.parts };
    return { problems: [...size, ...built.problems, ...admissionProblems(admission)] };
  }
  const plan = new BuiltPlan(proposal, config, tools, built);
  return size.length > 0 ? { problems: [...size, ...plan.refusals] } : plan;
}

/**
 * The last plan of a runtime: a proposal that is executed over and over is planned once, as long as tools and policy stay what
 * they are.
 */
export class LastPlan {
  private plan: Plan | undefined = undefined;
  private config: ConfigSnapshot | undefined = undefined;
  /** A policy of the host's own may become another one in place. */
  private policyVersion: string | undefined = undefined;

  /** The plan of a proposal that was parsed, and so does not change any more. */
  of(proposal: ActionProposal, config: ConfigSnapshot): PlanResult {
    const version = config.policy?.version;
    if (this.plan?.proposal === proposal && this.config === config && this.policyVersion === version) return this.plan;
    const planned = buildPlan(proposal, config);
    this.plan = "problems" in planned ? undefined : planned;
    this.config = config;
    this.policyVersion = version;
    return planned;
  }
}

class BuiltPlan implements Plan, AdmissionInput {
  readonly proposal: ActionProposal;
  readonly actions: readonly Action[];
  readonly graph: ActionGraph;
  readonly tools: readonly (RegisteredTool | undefined)[];
  readonly flags: number[];
  readonly ordered: boolean;
  readonly refusals: readonly Reason[];
  readonly locks: LockSet;
  private readonly config: ConfigSnapshot;

  constructor(proposal: ActionProposal, config: ConfigSnapshot, tools: Plan["tools"], graph: ActionGraph) {
    const { actions } = proposalFacts(proposal);
    this.proposal = proposal;
    this.config = config;
    this.actions = actions;
    this.graph = graph;
    this.tools = tools;
    this.flags = new Array<number>(actions.length);
    this.ordered = setFlags(this.flags, this, config.schedule);
    this.refusals = admissionProblems(this);
    this.locks = lockSetOf(this, config.policy);
  }

  get known(): ConfigSnapshot["tools"] {
    return this.config.tools;
  }

  get capabilities(): ConfigSnapshot["capabilities"] {
    return this.config.capabilities;
  }

  onSound(index: number): void {
    this.flags[index]! |= CHECKED;
  }
}

function hasEffects(tool: RegisteredTool | undefined): boolean {
  return tool !== undefined && tool.effectKeys.length > 0;
}

function graphOf(actions: readonly Action[], { effectsOf }: ConfigSnapshot) {
  const built = buildActionGraph({ actions, effectsOf });
  return "graph" in built ? built.graph : built;
}

function toolsOf(actions: readonly Action[], { tools }: ConfigSnapshot): (RegisteredTool | undefined)[] {
  const found = new Array<RegisteredTool | undefined>(actions.length);
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index]!;
    found[index] = action.type === "tool_call" ? tools.get(action.tool) : undefined;
  }
  return found;
}
