import type { Compensation } from "../action/action-base.js";
import type { Action } from "../action/action.js";
import type { Reason } from "../result/reason.js";
import type { ToolSchema } from "../tool/tool-schema.js";
import { misfit, unknownTool } from "./action-problems.js";
import type { AdmissionInput } from "./admission-input.js";
import { toolOutside } from "./capability-problem.js";

type ToolCompensation = Extract<Compensation, { type: "tool" }>;

/** The compensation that the proposer wrote for a call. It does not count where the host declared one for the tool. */
export function proposedCompensation(action: Action, tool: ToolSchema | undefined): ToolCompensation | undefined {
  if (action.compensation?.type !== "tool" || action.type !== "tool_call") return undefined;
  return tool?.compensation === undefined ? action.compensation : undefined;
}

/** What is wrong with the compensation that the proposer wrote, as far as it can be told before anything has run. */
export function compensationProblem(input: AdmissionInput, index: number): Reason | undefined {
  const action = input.actions[index]!;
  const compensation = proposedCompensation(action, input.tools[index]?.schema);
  const problem = compensation && problemOf(compensation, input);
  return problem && { ...problem, action_id: action.id };
}

function problemOf({ tool: name, parameters }: ToolCompensation, input: AdmissionInput): Reason | undefined {
  const { known, capabilities } = input;
  const tool = known?.get(name);
  if (known !== undefined && tool === undefined) return ofCompensation(unknownTool(name, known.keys()));
  if (capabilities?.allowsTool(name) === false) return ofCompensation(toolOutside(name));
  // Parameters that stand for an output are checked when there is one.
  if (tool === undefined || JSON.stringify(parameters).includes("$")) return undefined;
  const problems = tool.parameters.check(parameters);
  return problems.length === 0 ? undefined : misfit("compensation.parameters", problems);
}

function ofCompensation(reason: Reason): Reason {
  return { ...reason, message: `compensation: ${reason.message}` };
}
