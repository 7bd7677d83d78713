import type { ProposalStatus } from "@car/ir";
import { joinLabels } from "@car/ir/internal";
import { toldLabels } from "../flow/output-labels.js";
import { flowNote } from "../flow/flow-note.js";
import type { RunFlow } from "../flow/run-flow.js";
import type { Run } from "../run/run.js";
import { outputOf, type Slot } from "../run/slot.js";
import type { SessionState } from "./session-state.js";

/** Carries what a run leaves to whoever is shown its results: the session's model, or the call that made the run. */
export function followEnd(run: Run, status: ProposalStatus): void {
  const { flow, history, session, parent } = run;
  if (history !== undefined && status !== "committed" && status !== "suspended") takeBack(run);
  if (flow === undefined) return;
  if (parent !== undefined) return tellParent(run, flow, run.request.parent!.slot);
  if (session !== undefined) for (const slot of run.board.slots) show(session, slot, { run, flow });
}

/** A run that is suspended has told what it has done so far. */
export function followPause(run: Run): void {
  const { flow, session, parent } = run;
  if (flow === undefined || session === undefined || parent !== undefined) return;
  for (const slot of run.board.slots) if (slot.phase === "done") show(session, slot, { run, flow });
}

function takeBack({ board: { slots }, history }: Run): void {
  for (const { action, outcome } of slots) {
    if (action.type === "tool_call" && outcome?.status === "succeeded") history!.takeBack(action.tool);
  }
}

function tellParent({ board }: Run, flow: RunFlow, caller: Slot): void {
  const note = flowNote(caller);
  for (const slot of board.slots) note.read = joinLabels(note.read, toldLabels(flow, slot));
}

function show(session: SessionState, slot: Slot, { run, flow }: { readonly run: Run; readonly flow: RunFlow }): void {
  const { action, parameters } = slot;
  const output = outputOf(slot);
  const note = flowNote(slot);
  const { isClaim } = note;
  if (note.isShown) return;
  note.isShown = true;
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
