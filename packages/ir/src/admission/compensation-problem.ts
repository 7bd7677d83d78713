import type { Compensation } from "../action/action-base.js";
import type { Action } from "../action/action.js";
import type { Reason } from "../result/reason.js";
import type { ToolSchema } from "../tool/tool-schema.js";
import { misfit } from "./action-problems.js";
import type { AdmissionInput } from "./admission-input.js";
import { toolOutside } from "./capability-problem.js";
import { unknownTool } from "./unknown-tool.js";
import { pointsTo } from "../reference/output-template.js";

type ToolCompensation = Extract<Compensation, { type: "tool" }>;

/** The compensation that the proposer wrote for a call. It does not count where the host declared one for the tool. */
export function proposedCompensation(action: Action, tool: ToolSchema | undefined): ToolCompensation | undefined {
  if (action.compensation?.type !== "tool" || action.type !== "tool_call") return undefined;
  return tool?.compensation === undefined ? action.compensation : undefined;
}

/** What is wrong with the compensation that the proposer wrote, as far as it can be told before anything has run. */
export function compensationProblems(input: AdmissionInput, index: number): readonly Reason[] {
  const action = input.actions[index]!;
  const compensation = proposedCompensation(action, input.tools[index]?.schema);
  if (compensation === undefined) return NONE;
  const isOutside = input.capabilities?.allowsTool(compensation.tool) === false;
  const outside = isOutside ? ofCompensation(toolOutside(compensation.tool)) : undefined;
  return [outside, unfit(input, compensation)].flatMap((reason) =>
    reason === undefined ? [] : [{ ...reason, action_id: action.id }],
  );
}

const NONE: readonly Reason[] = Object.freeze([]);

function unfit({ known }: AdmissionInput, { tool: name, parameters }: ToolCompensation): Reason | undefined {
  if (known === undefined) return undefined;
  const tool = known.get(name);
  if (tool === undefined) return ofCompensation(unknownTool(name, known.keys()));
  if (pointsTo(parameters, "before")) return ofCompensation(NO_IMAGE);
  // Parameters that stand for an output are checked when there is one.
  if (JSON.stringify(parameters).includes("$")) return undefined;
  const problems = tool.parameters.check(parameters);
  return problems.length === 0 ? undefined : misfit("compensation.parameters", problems);
}

const NO_IMAGE: Reason = {
  code: "invalid",
  message:
    "`$before` stands for an image that the host has read, and this tool has none; write `$$before` for the text",
};

function ofCompensation(reason: Reason): Reason {
  return { ...reason, message: `compensation: ${reason.message}` };
}
