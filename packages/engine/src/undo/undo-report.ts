import type { ExternalEffects, JsonObject, Reason } from "@car/ir";
import { type ErrandCall, errandParameters, errandProblem } from "../errand/errand-call.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { compensationOf } from "./compensation.js";
import type { Due } from "./undo.js";

/** One call of a committed run that left something, and what becomes of that. */
export interface UndoStep {
  /** The run itself, or one that a tool of it had started. */
  readonly run_id: string;
  readonly action_id: string;
  readonly tool: string;
  /** What the call got. */
  readonly parameters: JsonObject;
  /** What undoes it; absent when nothing does. */
  readonly compensation?: { readonly tool: string; readonly parameters: JsonObject };
  /** Whether it is undone; absent when nothing was called. */
  readonly undone?: boolean;
  /** Why it is not. */
  readonly reason?: Reason;
}

/** What was undone of a committed run, or would be. */
export interface UndoReport {
  readonly run_id: string;
  /** In the order in which they are undone: the last call that ended first. */
  readonly steps: readonly UndoStep[];
  /** What is left outside; of a dry undo, what would be if all went well. */
  readonly external_effects: ExternalEffects;
}

/** What would be undone, if all went well. */
export function dryReport(run: Run, due: readonly Due[]): UndoReport {
  const steps = due.map(stepOf);
  const remains = steps.some(({ compensation }) => compensation === undefined);
  return { run_id: run.scope.run_id, steps, external_effects: remains ? "remain" : "none" };
}

function compensation(call: ErrandCall): NonNullable<UndoStep["compensation"]> {
  return { tool: call.toolName, parameters: errandParameters(call) };
}

/** A call, and what undoes it. */
export function stepOf({ run, slot }: Due): UndoStep {
  const call = compensationOf(run, slot);
  const problem = call && errandProblem(run, call);
  return {
    run_id: run.scope.run_id,
    action_id: slot.action.id,
    tool: slot.action.type === "tool_call" ? slot.action.tool : "",
    parameters: slot.parameters,
    ...(call && problem === undefined && { compensation: compensation(call) }),
    ...(problem && { reason: problem }),
  };
}

/** What became of a call. */
export function endOf({ slot: { notes } }: { readonly slot: Slot }): Pick<UndoStep, "undone" | "reason"> {
  const undone = notes?.compensated === true;
  const reason = notes?.undoProblem;
  return undone || reason === undefined ? { undone } : { undone, reason };
}
