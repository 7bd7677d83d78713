import type { JsonObject, ToolSchema } from "@car/ir";
import type { PolicyFlow, PolicyHistory, PolicyPlan, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import type { PolicySituation } from "./policy-situation.js";
import { situationFlow } from "./situation-flow.js";
import { situationHistory } from "./situation-history.js";

/** What rules are given of a situation. */
export interface Asked {
  readonly request: PolicyRequest & { readonly history: PolicyHistory };
  readonly state: PolicyStateView;
  readonly plan: PolicyPlan;
  /** Positions of the actions of the plan. */
  readonly positions: readonly number[];
}

/** Puts a situation as the engine would put it. `endorses` is the policy's, whose rules take labels off. */
export function askedOf(situation: PolicySituation, endorses: (tool: string) => readonly string[]): Asked {
  const flow = situationFlow(situation, endorses);
  const history = situationHistory(situation.history ?? []);
  const positions = Array.from({ length: situation.batch ?? 1 }, (_, index) => index);
  return {
    request: { ...requestOf(situation), flow, history },
    state: stateOf(situation),
    plan: planOf(situation, { flow, history, positions }),
    positions,
  };
}

function requestOf({ action, sink, principal = "host", now = 0 }: PolicySituation): PolicyRequest {
  return {
    action,
    parameters: action.parameters as JsonObject,
    tool: action.type === "tool_call" ? schemaOf(action.tool, sink) : undefined,
    principal,
    run_id: "situation",
    proposal_id: "situation",
    attempt: 1,
    now,
    mode: "decide",
  };
}

function schemaOf(name: string, sink: boolean | undefined): ToolSchema {
  return { name, description: "", parameters: {}, ...(sink === true && { sink }) } as ToolSchema;
}

function stateOf({ state = {}, model_state = {} }: PolicySituation): PolicyStateView {
  return {
    get(key, options) {
      if (options?.trust === "model" && Object.hasOwn(model_state, key)) return model_state[key];
      return Object.hasOwn(state, key) ? state[key] : undefined;
    },
  };
}

function planOf(
  situation: PolicySituation,
  { flow, history, positions }: { flow: PolicyFlow; history: PolicyHistory; positions: readonly number[] },
): PolicyPlan {
  const { action, tool, principal, run_id, proposal_id, now } = requestOf(situation);
  return {
    actions: positions.map((at) => ({ ...action, id: `${action.id}${at === 0 ? "" : `_${at + 1}`}` })),
    principal,
    run_id,
    proposal_id,
    now,
    mode: "decide",
    mayCarryLabels: true,
    tool: () => tool,
    scheduled: () => true,
    precedes: () => false,
    flow: () => flow,
    history,
  };
}
