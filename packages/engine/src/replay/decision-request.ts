import {
  type Action,
  type ActionProposal,
  type EventEnvelope,
  type EventOf,
  compileTemplate,
  epochMsOf,
  type JsonObject,
  type JsonValue,
  resolveOutputTemplate,
  ToolCall,
  type ToolSchema,
} from "@car/ir";
import type { PolicyRequest } from "@car/ir/ports";
import type { RunState } from "../run/run-state.js";

/** What is known of a run at one place of its log. */
export interface DecidedRun {
  readonly proposal: ActionProposal;
  readonly principal: string;
  readonly hadPolicy: boolean;
  readonly tools: ReadonlyMap<string, ToolSchema>;
  /** Outputs so far, by action. */
  readonly outputs: Map<string, JsonValue>;
  /** Actions that were decided about. */
  readonly asked: Set<string>;
  readonly changes: EventOf<"state_changed">[];
  state: RunState | undefined;
  /** One of its decisions came out differently. */
  hasChanged: boolean;
}

/** The question that was put to the policy when it gave the decision in `event`. */
export function decisionRequest(run: DecidedRun, event: EventEnvelope): PolicyRequest {
  const { action_id = "", attempt = 0, run_id = "", proposal_id = "" } = event;
  const asked = run.proposal.actions.find(({ id }) => id === action_id)!;
  // Who has succeeded is not decided about any more; what undoes it is.
  const action = run.outputs.has(action_id) ? compensationOf(run, asked) : asked;
  return {
    action,
    parameters: run.outputs.has(action_id) ? (action.parameters as JsonObject) : resolved(run, asked),
    tool: action.type === "tool_call" ? run.tools.get(action.tool) : undefined,
    principal: run.principal,
    run_id,
    proposal_id,
    attempt: attempt + 1,
    now: epochMsOf(event.timestamp),
    mode: action === asked && (attempt > 0 || run.asked.has(action_id)) ? "recheck" : "decide",
  };
}

function resolved({ outputs }: DecidedRun, { parameters }: Action): JsonObject {
  const resolution = compileTemplate(parameters as JsonObject)?.resolve((id) => outputs.get(id));
  return (resolution?.ok === true ? resolution.value : parameters) as JsonObject;
}

/** The call by which a proposer wants an action undone; the host's own compensations ask nobody. */
function compensationOf(run: DecidedRun, action: Action): Action {
  const { compensation, id } = action;
  if (compensation === undefined) return action;
  if (compensation.type === "action_ref") {
    const target = run.proposal.actions.find((each) => each.id === compensation.action_id);
    if (target?.type !== "tool_call") return action;
    return ToolCall.parse({ id, type: "tool_call", tool: target.tool, parameters: resolved(run, target) });
  }
  const scope = { output: run.outputs.get(id) ?? null, parameters: resolved(run, action) };
  const filled = resolveOutputTemplate(compensation.parameters, scope);
  const parameters = filled.ok ? filled.value : compensation.parameters;
  return ToolCall.parse({ id, type: "tool_call", tool: compensation.tool, parameters });
}
