import { type JsonObject, type LabelSet, type Reason, type Resolution, ToolCall } from "@car/ir";
import type { RegisteredTool } from "../config/registered-tool.js";
import { flowNote } from "../flow/flow-note.js";
import { errandExcess } from "../gates/references.js";
import { errandSlot } from "../run/board.js";
import type { Run } from "../run/run.js";
import type { Errand, Slot } from "../run/slot.js";

/** A call beside the plan: what the host, or the proposer, declares to undo an action or to read what it changes. */
export interface ErrandCall {
  /** `undefined` when the tool is not registered any more. */
  readonly tool: RegisteredTool | undefined;
  readonly toolName: string;
  readonly parameters: Resolution;
  /** Data-flow labels of what its parameters are made of. */
  readonly labels: LabelSet;
}

/** What keeps a call from being made at all. */
export function errandProblem(run: Run, { tool, toolName, parameters }: ErrandCall): Reason | undefined {
  if (tool === undefined) return { code: "unknown_tool", message: `tool \`${toolName}\` is not known` };
  if (!parameters.ok) return { code: "invalid", message: parameters.message };
  return errandExcess(run, parameters.value as JsonObject);
}

/** What a call gets; nothing, while its references lead to nothing. */
export function errandParameters({ parameters }: ErrandCall): JsonObject {
  return (parameters.ok ? parameters.value : {}) as JsonObject;
}

/** A slot outside the plan: no dependants, no effects on the state. */
export function errandFor(of: Slot, call: ErrandCall, errand: Errand): Slot {
  const { tool, toolName, labels } = call;
  const parameters = errandParameters(call);
  const action = ToolCall.parse({ id: of.action.id, type: "tool_call", tool: toolName, parameters });
  const slot = errandSlot(of.index, action, tool, errand);
  if (labels.length > 0) flowNote(slot).inherited = labels;
  return slot;
}
