import { Action, canonicalJson, type JsonObject, type ToolSchema } from "@car/ir";
import { type ActionGraph, buildActionGraph, buildPolicyPlan, labelSet, NO_LABELS } from "@car/ir/internal";
import type { PolicyFlow, PolicyHistory, PolicyPlan, ValueSource } from "@car/ir/ports";
import { AssertionError } from "../assert.js";

/** What a test says about where values came from. */
export interface FlowFacts {
  readonly context?: readonly string[];
  /** Labels by parameter. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  /** Where each value was seen, by its canonical JSON; what is not here was seen nowhere. */
  readonly seen?: Readonly<Record<string, ValueSource>>;
}

/** A data flow as a test describes it. */
export function policyFlow({ context = [], labels = {}, seen = {} }: FlowFacts): PolicyFlow {
  const all = labelSet(Object.values(labels).flat());
  return {
    context: labelSet(context),
    labels: (param) => (param === undefined ? all : labelSet(labels[param] ?? [])),
    origins: () => [],
    provenance: (value) => ({ source: seen[canonicalJson(value)] ?? "unknown", labels: NO_LABELS }),
  };
}

/** A call that happened before. */
export interface PastCall {
  readonly tool: string;
  readonly parameters?: JsonObject;
  /** Default: true. */
  readonly succeeded?: boolean;
}

/** A history of calls. */
export function policyHistory(past: readonly PastCall[] = []): PolicyHistory {
  const of = (tool: string): readonly PastCall[] => past.filter((call) => call.tool === tool);
  return {
    tools: () => new Set(past.map(({ tool }) => tool)),
    calls: (tool) => of(tool).length,
    succeeded: (tool) => of(tool).filter(({ succeeded = true }) => succeeded).length,
    values: (tool, param) => new Set(of(tool).map(({ parameters = {} }) => canonicalJson(parameters[param] ?? null))),
  };
}

/** What surrounds the actions of a plan. */
export interface PlanFacts {
  readonly past?: readonly PastCall[];
  /** Labels of what the model had been shown. */
  readonly context?: readonly string[];
  readonly seen?: FlowFacts["seen"];
  /** What the host says of tools. */
  readonly tools?: Readonly<Record<string, Partial<ToolSchema>>>;
  readonly endorses?: (tool: string) => readonly string[];
}

/** A whole proposal as a policy is asked about it. */
export function policyPlan(inputs: readonly object[], facts: PlanFacts = {}): PolicyPlan {
  const actions = inputs.map((input) => Action.parse(input));
  const { context = [], seen = {}, past, tools = {}, endorses } = facts;
  return buildPolicyPlan({
    actions,
    graph: graphOf(actions),
    tool: (index) => {
      const action = actions[index]!;
      return action.type === "tool_call" ? (tools[action.tool] as ToolSchema | undefined) : undefined;
    },
    about: { principal: "somebody", run_id: "0".repeat(32), proposal_id: "0".repeat(12), now: 0, mode: "decide" },
    history: policyHistory(past),
    source: {
      context: labelSet(context),
      provenance: (value) => ({ source: seen[canonicalJson(value)] ?? "unknown", labels: NO_LABELS }),
      isTrusted: (value) => ["nothing", "request", "trusted"].includes(seen[canonicalJson(value)] ?? "unknown"),
      origins: () => [],
    },
    endorses: (tool) => endorses?.(tool) ?? NO_LABELS,
    entryLabels: () => NO_LABELS,
  });
}

function graphOf(actions: readonly Action[]): ActionGraph {
  const built = buildActionGraph({ actions, effectsOf: () => [] });
  if ("graph" in built) return built.graph;
  throw new AssertionError(`the actions are no plan: ${built.problems.map(({ message }) => message).join("; ")}`);
}
