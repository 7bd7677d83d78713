import type { Action } from "../action/action.js";
import type { ActionGraph } from "../graph/action-graph.js";
import type { JsonObject } from "../json/json-value.js";
import type { PolicyFlow, PolicyHistory, PolicyPlan } from "../ports/policy-flow.js";
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
  readonly tool: (action: number) => ToolSchema | undefined;
  readonly about: Pick<PolicyPlan, "principal" | "run_id" | "proposal_id" | "now" | "mode">;
  readonly history: PolicyHistory | undefined;
  /** `undefined` when nobody follows data. */
  readonly source: FlowSource | undefined;
  /** Labels that a call of a tool takes off. */
  readonly endorses: ((tool: string) => readonly string[]) | undefined;
  readonly entryLabels: (key: string) => LabelSet;
}

/** A proposal as policies see it before anything runs. Labels and order are worked out when they are asked for. */
export function buildPolicyPlan(input: PolicyPlanInput): PolicyPlan {
  const { actions, graph, tool, about, history, source } = input;
  const labels = source === undefined ? undefined : staticLabels(input, source);
  const reach = new Map<number, Uint8Array>();
  return {
    ...about,
    actions,
    history,
    tool,
    scheduled: (action) => !graph.unscheduled.has(action),
    precedes(earlier, later) {
      let reached = reach.get(earlier);
      if (reached === undefined) reach.set(earlier, (reached = reachedFrom(graph, earlier)));
      return reached[later] === 1;
    },
    flow: (action) =>
      source === undefined || labels === undefined ? undefined : planFlow(source, labels, { actions, action }),
  };
}

function staticLabels({ actions, graph, tool, endorses, entryLabels }: PolicyPlanInput, source: FlowSource) {
  return new StaticLabels({
    actions,
    graph,
    source,
    added: (action) => sourceLabels(tool(action)),
    removed: (index) => {
      const action = actions[index]!;
      return action.type === "tool_call" ? (endorses?.(action.tool) ?? NO_LABELS) : NO_LABELS;
    },
    entryLabels,
  });
}

function planFlow(
  source: FlowSource,
  labels: StaticLabels,
  { actions, action }: { readonly actions: readonly Action[]; readonly action: number },
): PolicyFlow {
  const parameters = actions[action]!.parameters as JsonObject;
  return {
    context: source.context,
    labels: (param) => labels.parameter(action, param),
    origins: (label) => [
      ...actions.flatMap((each, index) =>
        each.type === "tool_call" && labels.adds(index, label) ? [{ label, tool: each.tool, action_id: each.id }] : [],
      ),
      ...source.origins(label),
    ],
    provenance(value, options) {
      const given = Object.hasOwn(parameters, options.param) ? parameters[options.param] : undefined;
      if (parameterReferences(given).references.length > 0) return undefined;
      return source.provenance(value, options);
    },
  };
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
