import type { Action } from "../action/action.js";
import type { ActionGraph } from "../graph/action-graph.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import type {
  LabelOrigin,
  PolicyFlow,
  PolicyHistory,
  PolicyPlan,
  Provenance,
  ProvenanceOptions,
} from "../ports/policy-flow.js";
import type { ToolSchema } from "../tool/tool-schema.js";
import type { FlowSource } from "./flow-source.js";
import { type LabelSet, NO_LABELS } from "./labels.js";
import { parameterReferences } from "./parameter-references.js";
import { sourceLabels } from "./source-labels.js";
import { StaticLabels } from "./static-labels.js";

/** What a plan is made of. */
export interface PolicyPlanInput {
  readonly actions: readonly Action[];
  readonly graph: ActionGraph;
  tool(action: number): ToolSchema | undefined;
  readonly about: Pick<PolicyPlan, "principal" | "run_id" | "proposal_id" | "now" | "mode">;
  readonly history: PolicyHistory | undefined;
  /** `undefined` when nobody follows data. */
  readonly source: FlowSource | undefined;
  /** Labels that a call of a tool takes off. */
  endorses(tool: string): readonly string[];
  /** Labels of what the state holds at a key. */
  entryLabels(key: string): LabelSet;
}

/** A proposal as policies see it before anything runs. Labels and order are worked out when they are asked for. */
export function buildPolicyPlan(input: PolicyPlanInput): PolicyPlan {
  return new Plan(input);
}

/** Made for each run, and asked about by few: nothing is prepared. */
class Plan implements PolicyPlan {
  readonly actions: readonly Action[];
  private readonly input: PolicyPlanInput;
  private labels: StaticLabels | undefined = undefined;
  private reach: Map<number, Uint8Array> | undefined = undefined;

  constructor(input: PolicyPlanInput) {
    this.input = input;
    this.actions = input.actions;
  }

  get history(): PolicyHistory | undefined {
    return this.input.history;
  }

  get principal(): string {
    return this.input.about.principal;
  }

  get run_id(): string {
    return this.input.about.run_id;
  }

  get proposal_id(): string {
    return this.input.about.proposal_id;
  }

  get now(): number {
    return this.input.about.now;
  }

  get mode(): PolicyPlan["mode"] {
    return this.input.about.mode;
  }

  get mayCarryLabels(): boolean {
    const { source, graph } = this.input;
    if (source === undefined) return false;
    return source.context !== NO_LABELS || graph.templates.some((template) => template !== undefined);
  }

  tool(action: number): ToolSchema | undefined {
    return this.input.tool(action);
  }

  scheduled(action: number): boolean {
    const { unscheduled } = this.input.graph;
    return unscheduled.size === 0 || !unscheduled.has(action);
  }

  precedes(earlier: number, later: number): boolean {
    this.reach ??= new Map();
    let reached = this.reach.get(earlier);
    if (reached === undefined) this.reach.set(earlier, (reached = reachedFrom(this.input.graph, earlier)));
    return reached[later] === 1;
  }

  flow(action: number): PolicyFlow | undefined {
    const { source } = this.input;
    if (source === undefined) return undefined;
    this.labels ??= staticLabels(this.input, source);
    return new PlanFlow(source, this.labels, { plan: this, action });
  }
}

function staticLabels(input: PolicyPlanInput, source: FlowSource) {
  const { actions, graph } = input;
  return new StaticLabels({
    actions,
    graph,
    source,
    added: (action) => sourceLabels(input.tool(action)),
    removed: (index) => {
      const action = actions[index]!;
      return action.type === "tool_call" ? input.endorses(action.tool) : NO_LABELS;
    },
    entryLabels: (key) => input.entryLabels(key),
  });
}

class PlanFlow implements PolicyFlow {
  private readonly source: FlowSource;
  private readonly static: StaticLabels;
  private readonly plan: PolicyPlan;
  private readonly action: number;

  constructor(
    source: FlowSource,
    labels: StaticLabels,
    { plan, action }: { readonly plan: PolicyPlan; readonly action: number },
  ) {
    this.source = source;
    this.static = labels;
    this.plan = plan;
    this.action = action;
  }

  get context(): LabelSet {
    return this.source.context;
  }

  labels(param?: string): LabelSet {
    return this.static.parameter(this.action, param);
  }

  origins(label: string): readonly LabelOrigin[] {
    const here = this.plan.actions.flatMap((each, index): LabelOrigin[] => {
      if (each.type !== "tool_call" || !this.static.adds(index, label)) return [];
      return this.plan.precedes(index, this.action) ? [{ label, tool: each.tool, action_id: each.id }] : [];
    });
    return [...here, ...this.source.origins(label)];
  }

  provenance(value: JsonValue, options: ProvenanceOptions): Provenance | undefined {
    const parameters = this.plan.actions[this.action]!.parameters as JsonObject;
    const given = Object.hasOwn(parameters, options.param) ? parameters[options.param] : undefined;
    if (parameterReferences(given).references.length > 0) return undefined;
    return this.source.provenance(value, options);
  }
}

/** Marks every action that can be reached from one along the edges. */
function reachedFrom({ size, offsets, targets }: ActionGraph, start: number): Uint8Array {
  const reached = new Uint8Array(size);
  const open = [start];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (let edge = offsets[at]!; edge < offsets[at + 1]!; edge++) {
      const next = targets[edge]!;
      if (reached[next] === 1) continue;
      reached[next] = 1;
      open.push(next);
    }
  }
  return reached;
}
