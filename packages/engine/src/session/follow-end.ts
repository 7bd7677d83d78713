import { NO_LABELS, type ProposalResult } from "@car/ir";
import { exposedLabels } from "../flow/output-labels.js";
import type { RunFlow } from "../flow/run-flow.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { joinLabels } from "@car/ir";
import type { SessionState } from "./session-state.js";

/** Carries what a run leaves to whoever is shown its results: the session's model, or the call that made the run. */
export function followEnd(run: Run, { status }: ProposalResult): void {
  const { flow, history, session, parent } = run;
  if (history !== undefined && status !== "committed" && status !== "suspended") takeBack(run);
  if (flow === undefined) return;
  if (parent !== undefined) return tellParent(run, flow, parent.slots[run.parentAction]!);
  if (session !== undefined) for (const slot of run.slots) show(session, slot, { run, flow });
}

/** A run that is suspended has told what it has done so far. */
export function followPause(run: Run): void {
  const { flow, session, parent } = run;
  if (flow === undefined || session === undefined || parent !== undefined) return;
  for (const slot of run.slots) if (slot.phase === "done") show(session, slot, { run, flow });
}

function takeBack({ slots, history }: Run): void {
  for (const { action, outcome } of slots) {
    if (action.type === "tool_call" && outcome?.status === "succeeded") history!.takeBack(action.tool);
  }
}

function tellParent({ slots }: Run, flow: RunFlow, caller: Slot): void {
  for (const slot of slots) caller.readLabels = joinLabels(caller.readLabels, toldLabels(flow, slot));
}

/** Labels of what a result tells: of an output those it has, of a failure those of anything the call had at hand. */
function toldLabels(flow: RunFlow, slot: Slot): typeof slot.labels {
  if (slot.output !== undefined) return slot.labels;
  return slot.attempts === 0 ? NO_LABELS : exposedLabels(flow, slot);
}

function show(session: SessionState, slot: Slot, { run, flow }: { readonly run: Run; readonly flow: RunFlow }): void {
  const { action, output, parameters, isClaim } = slot;
  if (slot.shown) return;
  slot.shown = true;
  const labels = toldLabels(flow, slot);
  if (labels.length > 0) {
    const tool = action.type === "tool_call" ? action.tool : action.type;
    session.taint(labels, () => ({ tool, run_id: run.scope.run_id, action_id: action.id }));
  }
  // What the model wrote into the state itself, or repeats from there, is no evidence of anything.
  const isOwnWord = action.type === "state_write" || action.type === "assertion" || isClaim;
  if (output === undefined || (isOwnWord && labels.length === 0)) return;
  session.show({ output, labels, given: parameters });
}
