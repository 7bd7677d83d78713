import { callTool } from "../dispatch/call-tool.js";
import { performStateAction } from "../dispatch/state-action.js";
import { type GateVerdict, PARK, PROCEED } from "../gates/gate.js";
import { type OccasionName, passGates } from "../gates/pass-gates.js";
import { finishSlot, withSideEffect } from "./finish.js";
import { giveBackAll } from "./give-back.js";
import { failed, type Outcome } from "./outcome.js";
import { mayRepeat, retryDelay } from "./retry.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";
import { messageOf } from "./thrown.js";
import { waitFor } from "./wait.js";

/** Takes an action, or the call that undoes one, through the gates and, if they let it, carries it out. */
export function advance(run: Run, slot: Slot): void {
  const verdict = passGates(run, slot, occasionOf(slot), actLater);
  if (verdict !== undefined) act(run, slot, verdict);
}

function occasionOf({ undoes, attempts }: Slot): OccasionName {
  if (undoes !== undefined) return undoes.isByModel ? "modelUndo" : "hostUndo";
  return attempts === 0 ? "first" : "further";
}

function actLater(run: Run, slot: Slot, verdict: GateVerdict): void {
  act(run, slot, verdict);
  run.host.drive(run);
}

function act(run: Run, slot: Slot, verdict: GateVerdict): void {
  try {
    if (verdict === PARK) return putDown(run, slot);
    if (verdict !== PROCEED) return stopped(run, slot, verdict);
    const { action } = slot;
    const outcome = action.type === "tool_call" ? callTool(run, slot) : performStateAction(run, slot, action);
    if (outcome !== undefined) conclude(run, slot, outcome);
  } catch (error) {
    crashed(run, slot, error);
  }
}

/** Takes an action out of flight until somebody has approved it. It may still undo the batch, as a call under way may. */
function putDown(run: Run, slot: Slot): void {
  run.board.waitForApproval(slot);
  giveBackAll(run, slot);
}

/** A further attempt that a gate stops leaves the action failed, with the gate's reason (5.7). */
function stopped(run: Run, slot: Slot, verdict: Outcome): void {
  if (slot.attempts === 0 || verdict.status === "succeeded") return finishSlot(run, slot, verdict);
  finishSlot(run, slot, { status: "failed", reason: verdict.reason });
}

/** Goes on with an action whose call did not answer at once. */
export function concludeLater(run: Run, slot: Slot, outcome: Outcome): void {
  try {
    conclude(run, slot, outcome);
  } catch (error) {
    crashed(run, slot, error);
  }
  run.host.drive(run);
}

/** Ends an action, or makes it wait for another attempt. */
function conclude(run: Run, slot: Slot, outcome: Outcome): void {
  if (outcome.status !== "failed" || slot.attempts === 0) return finishSlot(run, slot, outcome);
  const delay = retryDelay(run, slot, outcome);
  if (delay === undefined) return finishSlot(run, slot, outcome);
  if (!mayRepeat(run, slot, outcome)) return finishSlot(run, slot, inDoubt(run, slot, outcome));
  const failure = withSideEffect(run, slot, outcome);
  run.board.backOff(slot, failure);
  if (slot.undoes === undefined) {
    run.record("action_failed", slot, { reason: failure.reason });
    run.record("action_retrying", slot, { next_attempt: slot.attempts + 1, delay_ms: delay });
  }
  waitFor(run, slot, { timeoutMs: delay }, () => {
    run.board.tryAgain(slot);
    advance(run, slot);
    run.host.drive(run);
  });
}

/**
 * The call may have acted. Only the host's word that it is idempotent, or that it leaves nothing, would make another attempt
 * safe; without it nobody knows what happened, and the call is not repeated.
 */
function inDoubt(run: Run, slot: Slot, outcome: Outcome): Outcome {
  if (slot.undoes !== undefined || outcome.status === "succeeded") return outcome;
  const { reason, errorClass } = withSideEffect(run, slot, outcome);
  run.record("action_in_doubt", slot, { reason });
  const message = `${reason.message}; it may have acted, so it is not called again`;
  return failed({ ...reason, code: "in_doubt", message }, errorClass, undefined, outcome.sideEffect);
}

/** The engine's own failure is the action's: whatever happens, it ends, and with it what waits for it. */
function crashed(run: Run, slot: Slot, error: unknown): void {
  run.break("the engine failed", error);
  if (slot.phase === "done") return;
  finishSlot(run, slot, failed({ code: "failed", message: `the engine failed: ${messageOf(error)}` }));
}
