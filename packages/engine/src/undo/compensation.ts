import { joinLabels, type JsonObject, type LabelSet, NO_LABELS, type Resolution, resolveOutputTemplate } from "@car/ir";
import type { RegisteredTool } from "../config/registered-tool.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** The call that undoes a finished one. */
export interface CompensationCall {
  /** `undefined` when the tool is not registered any more. */
  readonly tool: RegisteredTool | undefined;
  readonly toolName: string;
  readonly parameters: Resolution;
  /** A model's compensation passes the gates; the host's own is trusted. */
  readonly proposedByModel: boolean;
  /** Data-flow labels of what its parameters are made of. */
  readonly labels: LabelSet;
}

/** What undoes `slot`, or `undefined` when nothing is declared. The host's word wins over the model's. */
export function compensationOf(run: Run, slot: Slot): CompensationCall | undefined {
  const host = slot.tool?.schema.compensation;
  if (host !== undefined) return toolCompensation(run, slot, { ...host, proposedByModel: false });
  const { compensation } = slot.action;
  if (compensation === undefined) return undefined;
  if (compensation.type === "tool") return toolCompensation(run, slot, { ...compensation, proposedByModel: true });
  const target = run.slots[run.plan.graph.indexOf.get(compensation.action_id)!]!;
  const template = run.plan.graph.templates[target.index];
  const outputOf = (id: string) => run.slots[run.plan.graph.indexOf.get(id)!]?.output;
  return {
    tool: target.tool,
    toolName: target.action.type === "tool_call" ? target.action.tool : "",
    parameters: template?.resolve(outputOf) ?? { ok: true, value: target.parameters },
    proposedByModel: true,
    labels: run.flow?.inputLabels(target) ?? NO_LABELS,
  };
}

interface ToolCompensation {
  readonly tool: string;
  readonly parameters: JsonObject;
  readonly proposedByModel: boolean;
}

function toolCompensation(
  run: Run,
  slot: Slot,
  { tool, parameters, proposedByModel }: ToolCompensation,
): CompensationCall {
  const scope = { output: slot.output ?? null, parameters: slot.parameters };
  return {
    tool: run.config.tools.get(tool),
    toolName: tool,
    parameters: resolveOutputTemplate(parameters, scope),
    proposedByModel,
    labels: joinLabels(slot.labels, run.flow?.inputLabels(slot) ?? NO_LABELS),
  };
}
