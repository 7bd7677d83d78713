import { callTool } from "../dispatch/call-tool.js";
import { mayProbe } from "../dispatch/external.js";
import { performStateAction } from "../dispatch/state-action.js";
import { type GateVerdict, PARK, PROCEED } from "../gates/gate.js";
import { type OccasionName, passGates } from "../gates/pass-gates.js";
import { IRREVERSIBLE_NOW, isVerified, needsImage, takeImage } from "../image/before-call.js";
import { readInTime } from "../image/read-image.js";
import { definite, probe } from "../probe/ask-probe.js";
import { finishSlot, withSideEffect } from "./finish.js";
import { giveBackAll } from "./give-back.js";
import { failed, type Outcome, type Unsuccessful } from "./outcome.js";
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

function occasionOf({ errand, attempts }: Slot): OccasionName {
  if (errand !== undefined) return errand.isByModel ? "modelUndo" : "hostCall";
  return attempts === 0 ? "first" : "further";
}

function actLater(run: Run, slot: Slot, verdict: GateVerdict): void {
  act(run, slot, verdict);
  run.host.drive(run);
}

function act(run: Run, slot: Slot, verdict: GateVerdict): void {
  try {
    if (verdict === PROCEED && needsImage(slot)) readFirst(run, slot);
    else carryOut(run, slot, verdict);
  } catch (error) {
    crashed(run, slot, error);
  }
}

/** Does what was to follow a wait, and what can be done then. */
function goOn(run: Run, slot: Slot, step: () => void): void {
  try {
    step();
  } catch (error) {
    crashed(run, slot, error);
  }
  run.host.drive(run);
}

/** The call waits for its before-image, and permission is asked for again afterwards, as after any wait. */
function readFirst(run: Run, slot: Slot): void {
  readInTime(run, slot, "before", (reading) =>
    goOn(run, slot, () => {
      const end = takeImage(run, slot, reading);
      if (end === IRREVERSIBLE_NOW) return holdBack(run, slot);
      if (end !== undefined) return stopped(run, slot, end);
      const verdict = passGates(run, slot, "afterImage", carryOutLater);
      if (verdict !== undefined) carryOut(run, slot, verdict);
    }),
  );
}

function carryOutLater(run: Run, slot: Slot, verdict: GateVerdict): void {
  goOn(run, slot, () => carryOut(run, slot, verdict));
}

/** Puts an action that nothing can undo after all where such actions wait for their turn. */
function holdBack(run: Run, slot: Slot): void {
  giveBackAll(run, slot);
  run.board.holdBack(slot);
}

function carryOut(run: Run, slot: Slot, verdict: GateVerdict): void {
  if (verdict === PARK) return putDown(run, slot);
  if (verdict !== PROCEED) return stopped(run, slot, verdict);
  const { action } = slot;
  const outcome = action.type === "tool_call" ? callTool(run, slot) : performStateAction(run, slot, action);
  if (outcome !== undefined) conclude(run, slot, outcome);
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
  goOn(run, slot, () => conclude(run, slot, outcome));
}

/** Ends an action, or makes it wait: for what somebody knows of its call, or for another attempt. */
function conclude(run: Run, slot: Slot, outcome: Outcome): void {
  if (mayProbe(run, slot, outcome)) return findOut(run, slot, outcome as Unsuccessful);
  settleCall(run, slot, outcome);
}

/** Asks what became of a call before anything is made of its failure. A run that is given up waits for that: it has to know what to undo. */
function findOut(run: Run, slot: Slot, failure: Unsuccessful): void {
  const doubted = { attempt: slot.attempts, startedAt: slot.notes!.askedFrom, failure };
  void probe(run, slot, doubted).then((answer) =>
    goOn(run, slot, () => {
      const probed = answer();
      if (probed === "not_happened") return settleCall(run, slot, definite(failure));
      run.board.answered(slot, 0, probed === "unknown" ? "unknown" : "acted");
      settleCall(run, slot, probed === "unknown" ? failure : probed);
    }),
  );
}

/** Ends an action with what is known of its call by now. */
function settleCall(run: Run, slot: Slot, outcome: Outcome): void {
  if (outcome.status === "succeeded" && isVerified(slot)) return readAfter(run, slot, outcome);
  if (outcome.status !== "failed" || slot.attempts === 0) return finishSlot(run, slot, outcome);
  const delay = retryDelay(run, slot, outcome);
  if (delay === undefined) return fail(run, slot, outcome);
  if (!mayRepeat(run, slot, outcome)) return finishSlot(run, slot, inDoubt(run, slot, outcome));
  const failure = withSideEffect(run, slot, outcome);
  run.board.backOff(slot, failure);
  if (slot.errand === undefined) {
    run.record("action_failed", slot, { reason: failure.reason });
    run.record("action_retrying", slot, { next_attempt: slot.attempts + 1, delay_ms: delay });
  }
  waitFor(run, slot, { timeoutMs: delay }, () => {
    run.board.tryAgain(slot);
    advance(run, slot);
    run.host.drive(run);
  });
}

/** Sees how the call left things, so that nobody else's change is taken for the call's. */
function readAfter(run: Run, slot: Slot, outcome: Outcome): void {
  readInTime(run, slot, "after", (reading) => {
    if ("image" in reading) slot.notes!.image!.after = reading.image;
    goOn(run, slot, () => finishSlot(run, slot, outcome));
  });
}

/** Of a call that did not end when it was told to, that is told as well. */
function fail(run: Run, slot: Slot, outcome: Unsuccessful): void {
  if (outcome.reason.code === "in_doubt") run.record("action_in_doubt", slot, { reason: outcome.reason });
  finishSlot(run, slot, outcome);
}

/**
 * The call may have acted. Only the host's word that it is idempotent, or that it leaves nothing, would make another attempt
 * safe; without it nobody knows what happened, and the call is not repeated.
 */
function inDoubt(run: Run, slot: Slot, outcome: Outcome): Outcome {
  if (slot.errand !== undefined || outcome.status === "succeeded") return outcome;
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
