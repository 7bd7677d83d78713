import { effectiveReversibility, setOwn } from "@car/ir/internal";
import type { ApprovalRequest, Decision, ParameterOrigin } from "@car/ir/ports";
import { SlotFlow } from "../flow/slot-flow.js";
import type { GateRun, GateSlot } from "../gates/gate.js";

/** What somebody is shown who is to approve an action. */
export function approvalRequest(run: GateRun, slot: GateSlot, decision: Decision): ApprovalRequest {
  const { action, tool, parameters, notes } = slot;
  const origins = originsOf(run, slot);
  return {
    run_id: run.scope.run_id,
    proposal_id: run.scope.proposal_id,
    action_id: action.id,
    tool: action.type === "tool_call" ? action.tool : action.type,
    parameters,
    principal: run.principal,
    reasons: decision.reasons,
    // Without its before-image nothing takes the call back.
    reversibility: notes?.image?.missing === undefined ? effectiveReversibility(action, tool?.schema) : "irreversible",
    ...(origins === undefined ? {} : { origins }),
  };
}

function originsOf(run: GateRun, slot: GateSlot): Record<string, ParameterOrigin> | undefined {
  if (run.flow === undefined) return undefined;
  const flow = new SlotFlow(run, slot, run.flow);
  const origins: Record<string, ParameterOrigin> = {};
  for (const [param, value] of Object.entries(slot.parameters)) {
    const { source } = flow.provenance(value, { param, elements: "value" });
    setOwn(origins, param, { labels: flow.labels(param), source });
  }
  return origins;
}
