import type { JsonObject } from "@car/ir";
import { joinLabels, NO_LABELS, resolveOutputTemplate } from "@car/ir/internal";
import type { ErrandCall } from "../errand/errand-call.js";
import { flowOf } from "../flow/flow-note.js";
import type { Run } from "../run/run.js";
import { outputOf, type Slot } from "../run/slot.js";

/** The call that undoes an ended one. */
export interface CompensationCall extends ErrandCall {
  /** A model's compensation passes the gates; the host's own is trusted. */
  readonly isByModel: boolean;
}

/**
 * What undoes `slot`, or `undefined` when nothing does: nothing is declared, it needs an output that there is not, or its
 * call was made without the image that it needs. The host's word wins over the model's.
 */
export function compensationOf(run: Run, slot: Slot): CompensationCall | undefined {
  if (slot.notes?.image?.missing !== undefined) return undefined;
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
  const image = slot.notes?.image?.before;
  const inputs = run.flow?.inputLabels(slot) ?? NO_LABELS;
  return {
    tool: run.config.tools.get(tool),
    toolName: tool,
    parameters: resolveOutputTemplate(parameters, {
      output: outputOf(slot),
      parameters: slot.parameters,
      before: image?.value,
    }),
    isByModel,
    labels: joinLabels(image?.labels ?? NO_LABELS, joinLabels(flowOf(slot).labels, inputs)),
  };
}
