import type { JsonObject, LabelSet, Resolution } from "@car/ir";
import { joinLabels, NO_LABELS, resolveOutputTemplate } from "@car/ir/internal";
import type { RegisteredTool } from "../config/registered-tool.js";
import { flowOf } from "../flow/flow-note.js";
import type { Run } from "../run/run.js";
import { outputOf, type Slot } from "../run/slot.js";

/** The call that undoes an ended one. */
export interface CompensationCall {
  /** `undefined` when the tool is not registered any more. */
  readonly tool: RegisteredTool | undefined;
  readonly toolName: string;
  readonly parameters: Resolution;
  /** A model's compensation passes the gates; the host's own is trusted. */
  readonly isByModel: boolean;
  /** Data-flow labels of what its parameters are made of. */
  readonly labels: LabelSet;
}

/**
 * What undoes `slot`, or `undefined` when nothing does: nothing is declared, or it needs an output that there is not. The
 * host's word wins over the model's.
 */
export function compensationOf(run: Run, slot: Slot): CompensationCall | undefined {
  const call = declaredFor(run, slot);
  return call?.parameters.ok === false && outputOf(slot) === undefined ? undefined : call;
}

function declaredFor(run: Run, slot: Slot): CompensationCall | undefined {
  const host = slot.tool?.schema.compensation;
  if (host !== undefined) return toolCompensation(run, slot, { ...host, isByModel: false });
  const { compensation } = slot.action;
  if (compensation === undefined) return undefined;
  if (compensation.type === "tool") return toolCompensation(run, slot, { ...compensation, isByModel: true });
  const { indexOf, templates } = run.plan.graph;
  const { slots } = run.board;
  const target = slots[indexOf.get(compensation.action_id)!]!;
  return {
    tool: target.tool,
    toolName: target.action.type === "tool_call" ? target.action.tool : "",
    parameters: templates[target.index]?.resolve((id) => outputOf(slots[indexOf.get(id)!]!)) ?? {
      ok: true,
      value: target.parameters,
    },
    isByModel: true,
    labels: run.flow?.inputLabels(target) ?? NO_LABELS,
  };
}

function toolCompensation(
  run: Run,
  slot: Slot,
  declared: { readonly tool: string; readonly parameters: JsonObject; readonly isByModel: boolean },
): CompensationCall {
  const { tool, parameters, isByModel } = declared;
  return {
    tool: run.config.tools.get(tool),
    toolName: tool,
    parameters: resolveOutputTemplate(parameters, { output: outputOf(slot), parameters: slot.parameters }),
    isByModel,
    labels: joinLabels(flowOf(slot).labels, run.flow?.inputLabels(slot) ?? NO_LABELS),
  };
}
